/** A fake Microsoft Graph that serves mailboxes over HTTP on loopback, with the real service's limits and quirks. */
@NullMarked
package dev.backfill.testkit.graph;

import org.jspecify.annotations.NullMarked;
