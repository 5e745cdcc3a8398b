package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.DirectMailboxContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * Who a source is, and that its mailboxes are one account each.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface SourceIdentityContract extends EmailSourceFixture {
    /** The version is the one it was compiled against. */
    @Test
    default void theSourceSaysWhoItIs() {
        assertThat(source().providerId())
                .matches("[a-z0-9-]{1,32}")
                .isEqualTo(context().account().provider());
        assertThat(source().spiVersion()).isEqualTo(SpiVersion.CURRENT);
    }

    /** Limits are data, the same whenever they are asked for. */
    @Test
    default void theLimitsAreAlwaysTheSame() {
        Settings settings = context().settings();
        List<Quota> quotas = source().quotas(settings);
        assertThat(source().quotas(settings)).isEqualTo(quotas);
        assertThat(quotas).extracting(Quota::name).doesNotHaveDuplicates();
    }

    /** The key names the mailbox, not the opening. */
    @Test
    default void theKeyIsTheMailboxs() {
        String key = key(context());
        assertThat(key).isNotBlank().hasSizeLessThanOrEqualTo(320).isEqualTo(key(context()));
        assertThat(key(otherContext())).isNotEqualTo(key);
    }

    private String key(DirectMailboxContext context) {
        try (Mailbox mailbox = source().open(context)) {
            return mailbox.key();
        }
    }

    /** The engine has not decided yet whether the job may run. */
    @Test
    default void openingAsksTheProviderNothing() {
        DirectMailboxContext context = context();
        source().open(context).close();
        assertThat(context.requests()).isZero();
    }

    /** Folders are known by their ids. */
    @Test
    default void foldersHaveIdsOfTheirOwn() {
        try (Mailbox mailbox = source().open(context())) {
            assertThat(mailbox.folders())
                    .isNotEmpty()
                    .extracting(MailFolder::id)
                    .doesNotHaveDuplicates();
        }
    }

    /** Closing is harmless: twice, and from a thread that did not open. */
    @Test
    default void aMailboxIsClosedTwiceAndFromAnyThread() {
        Mailbox mailbox = source().open(context());
        mailbox.key();
        assertThat(Together.run(2, number -> mailbox.close())).isEmpty();
        mailbox.close();
        try (Mailbox again = source().open(context())) {
            assertThat(again.key()).isNotBlank();
        }
    }

    /** Two tenants at once: each gets its own mail with its own token. */
    @Test
    default void twoAccountsAtOnceDoNotMix() {
        DirectMailboxContext first = context();
        DirectMailboxContext second = otherContext();
        Map<Integer, Set<String>> read = new ConcurrentHashMap<>();
        assertThat(Together.run(4, number -> {
                    DirectMailboxContext context = number % 2 == 0 ? first : second;
                    try (Mailbox mailbox = source().open(context)) {
                        read.put(
                                number,
                                Set.copyOf(Crawl.plan(mailbox, query(), new PageLimit(3, 1 << 20))
                                        .ids()));
                    }
                }))
                .isEmpty();
        for (int number = 0; number < 4; number++) {
            assertThat(read.get(number)).isEqualTo(number % 2 == 0 ? expected(query()) : expectedOfOther());
        }
        assertThat(tokensSeen(first.account())).containsExactly(first.tokens().get());
        assertThat(tokensSeen(second.account())).containsExactly(second.tokens().get());
    }

    /** A typing error in a setting is told, not ignored. */
    @Test
    default void anUnknownSettingIsRefused() {
        Settings unknown = Settings.of(source().providerId(), Map.of("no-such-setting", "1"));
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> source().quotas(unknown));
    }
}
