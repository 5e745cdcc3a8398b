/**
 * What a plug-in implements: mail providers, sinks, and the engine's durable ports.
 *
 * @serial exclude
 */
@NullMarked
package dev.backfill.spi;

import org.jspecify.annotations.NullMarked;
