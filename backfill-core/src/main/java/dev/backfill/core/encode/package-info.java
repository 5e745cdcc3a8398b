/** The published form of an event: the JSON of the wire contract, its attributes and its keys. */
@NullMarked
package dev.backfill.core.encode;

import org.jspecify.annotations.NullMarked;
