/** A small HTTP server on loopback for the fakes: calls, answers, a journal of requests, faults by plan, quotas and tokens. */
@NullMarked
package dev.backfill.testkit.http;

import org.jspecify.annotations.NullMarked;
