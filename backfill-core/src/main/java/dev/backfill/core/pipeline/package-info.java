/** One job's run: plan, fetch, encode, publish, checkpoint. Internal to the engine. */
@NullMarked
package dev.backfill.core.pipeline;

import org.jspecify.annotations.NullMarked;
