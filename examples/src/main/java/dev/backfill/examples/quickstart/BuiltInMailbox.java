package dev.backfill.examples.quickstart;

import dev.backfill.testkit.mail.Manifest;
import dev.backfill.testkit.mail.Profile;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a built-in server must give to a job, known without asking any provider. Immutable.
 *
 * @param mails the messages that the job's folders and dates cover
 * @param idOf the provider's id of a message
 * @param manifest what must arrive of them; null unless it is compared
 */
record BuiltInMailbox(
        List<StoredMail> mails,
        Function<StoredMail, String> idOf,
        @Nullable Manifest manifest) {
    /**
     * Takes a server's mail.
     *
     * @param threadOf the provider's conversation id of a message
     * @param compared true to make a manifest
     */
    static BuiltInMailbox of(
            List<StoredMail> all,
            MailScope scope,
            Profile profile,
            Function<StoredMail, String> idOf,
            Function<StoredMail, String> threadOf,
            boolean compared) {
        List<StoredMail> mails =
                all.stream().filter(mail -> scope.covers(mail, profile)).toList();
        if (!compared) {
            return new BuiltInMailbox(mails, idOf, null);
        }
        Manifest.Builder manifest = Manifest.builder(profile);
        mails.forEach(mail -> manifest.add(mail, idOf.apply(mail), threadOf.apply(mail)));
        return new BuiltInMailbox(mails, idOf, manifest.build());
    }

    /** The provider's ids of the messages received at a time or later: those that a job of before leaves to the future. */
    Set<String> idsSince(Instant time) {
        return mails.stream()
                .filter(mail -> !mail.receivedAt().isBefore(time))
                .map(idOf)
                .collect(Collectors.toSet());
    }
}
