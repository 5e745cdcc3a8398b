package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MailGeneratorTest {
    private static final int COUNT = 1_500;

    private final MailGenerator generator = new MailGenerator(GeneratorOptions.of(42, COUNT));

    /** The figure is that of the first run: another one means that a seed no longer gives the same mailbox. */
    @Test
    void mailboxIsTheSameOnEveryMachine() {
        StringBuilder all = new StringBuilder();
        new MailGenerator(GeneratorOptions.of(1, 500))
                .mails()
                .forEach(mail -> all.append(mail.id())
                        .append(mail.threadKey())
                        .append(mail.receivedAt())
                        .append(mail.folder().path())
                        .append(mail.isRead())
                        .append(mail.isStarred())
                        .append(mail.importance())
                        .append(mail.mime().sha256()));
        assertThat(MailBytes.utf8(all.toString()).sha256())
                .isEqualTo("6e8e19210ba397ec1f42a75a0db0b928c67cf89e23bf29cad74b18deed2c2856");
    }

    @Test
    void readerFindsWhatTheGeneratorWrote() {
        for (int i = 0; i < COUNT; i++) {
            Draft draft = generator.draft(i);
            ParsedMail mail = generator.at(i).parsed();
            String what = "message " + i + " with " + Trap.of(i);
            assertThat(mail.subject()).as(what).isEqualTo(draft.subject == null ? "" : draft.subject);
            assertThat(body(mail.textBody())).as(what).isEqualTo(text(draft));
            assertThat(body(mail.htmlBody())).as(what).isEqualTo(Optional.ofNullable(draft.html));
            assertThat(mail.from().equals(draft.from)).as(what).isTrue();
            assertThat(mail.to().equals(draft.to)).as(what).isTrue();
            assertThat(mail.cc().equals(draft.cc)).as(what).isTrue();
            assertThat(mail.bcc().equals(draft.bcc)).as(what).isTrue();
            assertThat(mail.replyTo().equals(draft.replyTo)).as(what).isTrue();
            assertThat(mail.date()).as(what).isEqualTo(date(draft));
            assertThat(mail.messageId()).as(what).isEqualTo(draft.messageId == null ? "" : draft.messageId);
            assertThat(mail.references()).as(what).isEqualTo(draft.references);
            assertThat(mail.failure()).as(what).isEmpty();
        }
    }

    @Test
    void readerFindsTheFilesTheGeneratorAttached() {
        for (int i = 0; i < COUNT; i++) {
            Draft draft = generator.draft(i);
            Map<String, MailBytes> found = new HashMap<>();
            generator.at(i).parsed().attachments().forEach(file -> found.put(file.name(), file.content()));
            for (List<Draft.File> files : List.of(draft.attached, draft.inline)) {
                files.forEach(file -> assertThat(found).containsEntry(file.name(), file.content()));
            }
        }
    }

    @Test
    void idsAreUniqueAndThreadsPointToTheirFirstMessage() {
        Set<String> ids = generator.mails().map(StoredMail::id).collect(Collectors.toSet());
        assertThat(ids).hasSize(COUNT).allMatch(id -> id.matches("[0-7][0-9a-f]{15}"));
        assertThat(ids).containsAll(generator.mails().map(StoredMail::threadKey).toList());
    }

    @Test
    void threadsHaveTheLengthsOfRealMailboxes() {
        Map<String, Long> sizes = new MailGenerator(GeneratorOptions.of(3, 40_000))
                .mails()
                .collect(Collectors.groupingBy(StoredMail::threadKey, Collectors.counting()));
        assertThat(share(sizes, size -> size == 1)).isBetween(0.48, 0.52);
        assertThat(share(sizes, size -> size == 2)).isBetween(0.18, 0.22);
        assertThat(share(sizes, size -> size == 3)).isBetween(0.085, 0.115);
        assertThat(share(sizes, size -> size == 4)).isBetween(0.055, 0.085);
        assertThat(share(sizes, size -> size >= 5 && size <= 10)).isBetween(0.075, 0.105);
        assertThat(share(sizes, size -> size >= 11 && size <= 30)).isBetween(0.03, 0.05);
        assertThat(share(sizes, size -> size > 30)).isZero();
    }

    private static double share(Map<String, Long> sizes, Predicate<Long> which) {
        return (double) sizes.values().stream().filter(which).count() / sizes.size();
    }

    @Test
    void mixIsAsPromised() {
        List<StoredMail> mails = generator.mails().toList();
        long withFiles = IntStream.range(0, COUNT)
                .filter(i -> !generator.draft(i).attached.isEmpty())
                .count();
        assertThat((double) withFiles / COUNT).isBetween(0.18, 0.26);
        assertThat(mails.stream().mapToInt(mail -> mail.mime().size()).average().orElseThrow())
                .isBetween(2_000.0, 4_000.0);
        assertThat(mails)
                .extracting(mail -> mail.folder().path())
                .contains("Inbox", "Sent", "Drafts", "Archive", "Deleted", "Junk", "Inbox/Projects/2024", "顧客/東京");
        assertThat(mails).anyMatch(mail -> "".equals(mail.parsed().textBody()));
        assertThat(mails).anyMatch(mail -> mail.parsed().to().size() > 60);
        assertThat(mails).anyMatch(mail -> mail.parsed().subject().length() > 800);
        assertThat(IntStream.range(0, 192)
                        .mapToObj(Trap::of)
                        .filter(trap -> trap != null)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Trap.values());
    }

    @Test
    void datesLieInTheRangeAndManyShareASecond() {
        Instant from = Instant.parse("2020-01-01T00:00:00Z");
        Instant to = Instant.parse("2020-03-01T00:00:00Z");
        List<Instant> dates = new MailGenerator(GeneratorOptions.of(5, 2_000).between(from, to))
                .mails()
                .map(StoredMail::receivedAt)
                .toList();
        assertThat(dates).allMatch(date -> !date.isBefore(from) && date.isBefore(to));
        assertThat(dates).anyMatch(date -> date.toEpochMilli() % 1_000 != 0);
        Map<Instant, Long> bySecond = dates.stream()
                .collect(Collectors.groupingBy(date -> date.truncatedTo(ChronoUnit.SECONDS), Collectors.counting()));
        assertThat(bySecond.values()).anyMatch(count -> count >= 4);
    }

    @Test
    void otherSeedsGiveOtherMailboxesAndLongerOnesBeginAlike() {
        Set<String> ids = generator.mails().map(StoredMail::id).collect(Collectors.toCollection(HashSet::new));
        ids.retainAll(new MailGenerator(GeneratorOptions.of(43, COUNT))
                .mails()
                .map(StoredMail::id)
                .toList());
        assertThat(ids).isEmpty();
        MailGenerator longer = new MailGenerator(GeneratorOptions.of(42, COUNT + 500));
        assertThat(longer.at(17).id()).isEqualTo(generator.at(17).id());
        assertThat(longer.at(17).mime()).isEqualTo(generator.at(17).mime());
    }

    @Test
    void sizesAndOwnerAreAsAskedFor() {
        MailGenerator small = new MailGenerator(GeneratorOptions.of(1, 400)
                .withMaxBodyBytes(0)
                .withAttachmentBytes(5_000)
                .withOwner("me@example.com"));
        List<ParsedMail> mails = small.mails().map(StoredMail::parsed).toList();
        assertThat(mails)
                .anyMatch(mail -> mail.attachments().stream()
                        .anyMatch(file -> file.contentType().equals("application/pdf") && file.sizeBytes() == 5_000));
        assertThat(mails).anyMatch(mail -> mail.from().get(0).address().equals("me@example.com"));
        assertThat(small.count()).isEqualTo(400);
    }

    @Test
    void impossibleOptionsAreRefused() {
        Instant now = GeneratorOptions.DEFAULT_FROM;
        assertThatThrownBy(() -> GeneratorOptions.of(1, -1)).hasMessageContaining("0 or more");
        assertThatThrownBy(() -> GeneratorOptions.of(1, 1).between(now, now)).hasMessageContaining("before");
        assertThatThrownBy(() -> generator.at(COUNT)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Optional<String> body(@Nullable String body) {
        return Optional.ofNullable(body).map(Samples::lineFeeds);
    }

    private static Optional<String> text(Draft draft) {
        return Optional.ofNullable(draft.text)
                .map(text -> draft.layout == Draft.Layout.LIST_FOOTER ? text + "\n" + draft.footer : text);
    }

    private static Optional<Instant> date(Draft draft) {
        return draft.rawDate != null
                ? Optional.empty()
                : Optional.ofNullable(draft.date).map(date -> date.truncatedTo(ChronoUnit.SECONDS));
    }
}
