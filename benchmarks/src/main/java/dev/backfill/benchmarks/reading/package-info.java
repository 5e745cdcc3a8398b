/** Ways to read a whole mailbox: the providers', by hand with nothing but an HTTP client and a JSON parser, the vendors' clients. */
@NullMarked
package dev.backfill.benchmarks.reading;

import org.jspecify.annotations.NullMarked;
