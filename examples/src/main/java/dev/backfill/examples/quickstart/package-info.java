/** The main job, end to end: one command that backfills two mailboxes and shows what it did. */
@NullMarked
package dev.backfill.examples.quickstart;

import org.jspecify.annotations.NullMarked;
