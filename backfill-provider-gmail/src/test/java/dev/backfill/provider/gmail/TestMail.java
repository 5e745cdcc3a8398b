package dev.backfill.provider.gmail;

import dev.backfill.model.FolderRole;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.util.List;

/** Mail that tests are fed with. */
final class TestMail {
    private TestMail() {}

    static List<StoredMail> generated(int count) {
        return new MailGenerator(GeneratorOptions.of(7, count)).mails().toList();
    }

    /** Each a thread by itself, so that each is asked for by itself. */
    static List<StoredMail> alone(int count) {
        return generated(count).stream()
                .map(mail -> mail.toBuilder().threadKey(mail.id()).build())
                .toList();
    }

    /** True for what all mail means: neither deleted nor junk. */
    static boolean isShown(StoredMail mail) {
        return mail.folder().role() != FolderRole.DELETED && mail.folder().role() != FolderRole.JUNK;
    }

    static List<String> shownIds(List<StoredMail> mails) {
        return mails.stream().filter(TestMail::isShown).map(StoredMail::id).toList();
    }

    /** True if the sender's clock was right to half a day. */
    static boolean isDatedNear(StoredMail mail) {
        return mail.parsed()
                .date()
                .map(date -> Duration.between(date, mail.receivedAt()).abs().compareTo(Duration.ofHours(12)) < 0)
                .orElse(true);
    }
}
