/** The engine's entry point: how a host configures and builds a backfill manager. */
@NullMarked
package dev.backfill.core;

import org.jspecify.annotations.NullMarked;
