package dev.backfill.testkit;

import dev.backfill.api.AccountRef;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MailQuery;
import dev.backfill.testkit.contract.EmailSourceContract;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/** Runs the contract of a source over the scripted one in each of its ways to walk. */
class ScriptedSourceContractTest {
    @Nested
    class WithWholePages extends Fixture {
        WithWholePages() {
            super(ScriptedSource.builder());
        }
    }

    @Nested
    class WithSingleGets extends Fixture {
        WithSingleGets() {
            super(ScriptedSource.builder().singleGets().noCounts());
        }
    }

    @Nested
    class WithoutBorderRepeats extends Fixture {
        WithoutBorderRepeats() {
            super(ScriptedSource.builder().noBorderRepeats());
        }
    }

    @Nested
    class WithASplitWindow extends Fixture {
        WithASplitWindow() {
            super(ScriptedSource.builder()
                    .faults(FaultScript.builder().split(1, 3).build()));
        }
    }

    abstract static class Fixture implements EmailSourceContract {
        private final ScriptedSource source;
        private final ScriptedAccount mine;
        private final ScriptedAccount other;

        Fixture(ScriptedSource.Builder builder) {
            ScriptedFolder inbox = ScriptedFolder.inbox(31)
                    .times(ScriptedFolder.DEFAULT_OLDEST, Duration.ofMinutes(1), 3)
                    .attachments(2, 50);
            mine = ScriptedAccount.of(
                    "mailbox-1",
                    inbox,
                    ScriptedFolder.of("sent", FolderRole.SENT, 17),
                    ScriptedFolder.of("junk", FolderRole.JUNK, 3),
                    ScriptedFolder.of("trash", FolderRole.DELETED, 5));
            other = ScriptedAccount.of("mailbox-2", ScriptedFolder.of("archive", FolderRole.ARCHIVE, 9));
            source = builder.windowMessages(10)
                    .account("me", mine)
                    .account("other", other)
                    .build();
        }

        @Override
        public EmailSource source() {
            return source;
        }

        @Override
        public DirectMailboxContext context() {
            return DirectMailboxContext.builder("scripted", "me")
                    .token("token-of-me")
                    .build();
        }

        @Override
        public DirectMailboxContext otherContext() {
            return DirectMailboxContext.builder("scripted", "other")
                    .token("token-of-other")
                    .build();
        }

        @Override
        public MailQuery query() {
            return new MailQuery(
                    ScriptedFolder.DEFAULT_OLDEST,
                    ScriptedFolder.DEFAULT_OLDEST.plus(Duration.ofDays(1)),
                    List.of(),
                    false,
                    false);
        }

        @Override
        public String folder() {
            return "sent";
        }

        @Override
        public Set<String> expected(MailQuery query) {
            return Set.copyOf(mine.ids(query));
        }

        @Override
        public Set<String> expectedOfOther() {
            return Set.copyOf(other.ids(query()));
        }

        @Override
        public Set<String> tokensSeen(AccountRef account) {
            return source.log().tokens(account);
        }

        @Override
        public Optional<ContentRef> content() {
            for (String id : mine.ids(query())) {
                MailKey mail = mine.find(id).mail();
                if (source.maker().hasAttachment(mine.folders().get(0), mail) && id.startsWith("inbox")) {
                    return Optional.of(ContentRef.attachment(id, "a1"));
                }
            }
            return Optional.empty();
        }
    }
}
