/** What the contents of attachments cost on their way. */
@NullMarked
package dev.backfill.examples.contents;

import org.jspecify.annotations.NullMarked;
