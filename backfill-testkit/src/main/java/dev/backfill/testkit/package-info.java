/** What authors of providers, sinks and stores test with. */
@NullMarked
package dev.backfill.testkit;

import org.jspecify.annotations.NullMarked;
