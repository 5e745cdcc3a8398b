package dev.backfill.examples.quickstart;

import dev.backfill.model.FolderRole;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.Profile;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which messages of a mailbox a job must publish, said without asking any provider. */
final class MailScope {
    private static final Set<FolderRole> LEFT_OUT = Set.of(FolderRole.DELETED, FolderRole.JUNK);

    private final Options options;

    MailScope(Options options) {
        this.options = options;
    }

    boolean covers(StoredMail mail, Profile profile) {
        return coversTime(mail.receivedAt()) && coversFolder(mail, profile);
    }

    private boolean coversTime(Instant receivedAt) {
        return (options.from() == null || !receivedAt.isBefore(wholeSecond(options.from())))
                && (options.to() == null || receivedAt.isBefore(wholeSecond(options.to())));
    }

    /** Providers know whole seconds, so that a bound between two of them means the later one. */
    private static Instant wholeSecond(Instant bound) {
        Instant floor = bound.truncatedTo(ChronoUnit.SECONDS);
        return floor.equals(bound) ? floor : floor.plusSeconds(1);
    }

    private boolean coversFolder(StoredMail mail, Profile profile) {
        FolderRole top = mail.folder().top().role();
        if (options.includeDeleted() && top == FolderRole.DELETED) {
            return true;
        }
        if (options.folders().isEmpty()) {
            return !LEFT_OUT.contains(top);
        }
        return options.folders().stream().anyMatch(name -> isNamed(mail, profile, name));
    }

    private static boolean isNamed(StoredMail mail, Profile profile, String name) {
        if (name.equalsIgnoreCase(FolderRole.ALL)) {
            return !LEFT_OUT.contains(mail.folder().top().role());
        }
        return name.equalsIgnoreCase(mail.folder().role().code())
                || name.equalsIgnoreCase(mail.folder().name())
                || name.equalsIgnoreCase(mail.folder().path())
                || name.equalsIgnoreCase(profile.folder(mail));
    }

    /** Generates a mailbox with so many messages outside deleted items and junk, and what lies there on top. */
    static List<StoredMail> generate(long seed, int messages) {
        MailGenerator generator = new MailGenerator(GeneratorOptions.of(seed, messages + messages / 4 + 50));
        List<StoredMail> mails = new ArrayList<>(messages);
        int usual = 0;
        for (int i = 0; usual < messages && i < generator.count(); i++) {
            StoredMail mail = generator.at(i);
            mails.add(mail);
            if (!LEFT_OUT.contains(mail.folder().top().role())) {
                usual++;
            }
        }
        if (usual < messages) {
            throw new IllegalStateException("the generator put too much mail into deleted items and junk");
        }
        return mails;
    }
}
