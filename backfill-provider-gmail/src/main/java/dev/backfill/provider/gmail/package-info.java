/** Email source over the Gmail API. */
@NullMarked
package dev.backfill.provider.gmail;

import org.jspecify.annotations.NullMarked;
