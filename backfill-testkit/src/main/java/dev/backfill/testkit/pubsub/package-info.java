/** Google Pub/Sub for tests: one in this process, Google's own emulator, and a client that pulls messages back. */
@NullMarked
package dev.backfill.testkit.pubsub;

import org.jspecify.annotations.NullMarked;
