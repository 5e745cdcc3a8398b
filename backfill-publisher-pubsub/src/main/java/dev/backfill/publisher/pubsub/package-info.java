/** Message sink over Google Cloud Pub/Sub. */
@NullMarked
package dev.backfill.publisher.pubsub;

import org.jspecify.annotations.NullMarked;
