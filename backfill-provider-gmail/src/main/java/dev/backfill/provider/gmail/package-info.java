/** The email source over the Gmail API: plans windows, lists, gets and decodes mail, and says what went wrong. */
@NullMarked
package dev.backfill.provider.gmail;

import org.jspecify.annotations.NullMarked;
