/** What every provider, sink and store must do, as tests that its author implements an interface to run. */
@NullMarked
package dev.backfill.testkit.contract;

import org.jspecify.annotations.NullMarked;
