/**
 * Mail for fake mailboxes: generated or loaded from files, decoded as a good mail client shows it, and the manifest of
 * what must be published of it.
 *
 * <p>Nothing here knows a provider's protocol and nothing here uses a provider's code, so that what is published can be
 * judged by something that was made independently of it. What reads alike in the Gmail provider (encoded words, dates, guesses
 * at charsets) stands there a second time on purpose.
 */
@NullMarked
package dev.backfill.testkit.mail;

import org.jspecify.annotations.NullMarked;
