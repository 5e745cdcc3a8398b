package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import dev.backfill.model.Importance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Decides what the message with an index says, from the seed and the index alone. Immutable and thread-safe. */
final class DraftMaker {
    private static final int MAX_REFERENCES = 12;
    private static final List<String> LATIN_ENCODINGS =
            List.of("8bit", "quoted-printable", "quoted-printable", "base64");
    private static final List<String> ENCODINGS =
            List.of("8bit", "8bit", "8bit", "base64", "base64", "base64", "base64", "quoted-printable");

    private final GeneratorOptions options;
    private final ThreadPlan threads;

    DraftMaker(GeneratorOptions options, ThreadPlan threads) {
        this.options = options;
        this.threads = threads;
    }

    Draft make(int index, MessagePlan plan) {
        // The thread's stream gives what its messages share, the message's own stream the rest.
        int first = threads.first(index);
        Dice thread = new Dice(options.seed() ^ 0x5EED, first);
        Dice dice = new Dice(options.seed(), index);
        Draft draft = new Draft();
        Language language = language(thread);
        draft.received = plan.receivedAt();
        draft.charset = thread.pick(language.charsets());
        draft.charsetLabel = draft.charset;
        draft.encoding = encoding(draft.charset, dice);
        people(draft, plan, thread, dice);
        identity(draft, index, first);
        draft.date = plan.receivedAt().minusSeconds(dice.between(0, 90));
        draft.importance = plan.importance() == Importance.NORMAL
                ? "normal"
                : plan.importance().code();
        String topic = language.words(thread, thread.between(2, 7));
        draft.subject = index == first ? topic : "Re: " + topic;
        bodies(draft, language, dice);
        if (dice.percent(20)) {
            Attachments.file(draft, dice, options.attachmentBytes());
        }
        Trap trap = Trap.of(index);
        if (trap != null) {
            Traps.apply(trap, draft, dice, options);
        }
        return draft;
    }

    private static Language language(Dice dice) {
        int roll = dice.below(100);
        if (roll < 55) {
            return Language.ENGLISH;
        }
        if (roll < 67) {
            return Language.GERMAN;
        }
        if (roll < 77) {
            return Language.FRENCH;
        }
        if (roll < 84) {
            return Language.RUSSIAN;
        }
        if (roll < 91) {
            return Language.JAPANESE;
        }
        return roll < 97 ? Language.CHINESE : Language.EMOJI;
    }

    private static String encoding(String charset, Dice dice) {
        if (charset.equals("us-ascii") || charset.startsWith("iso-2022")) {
            return dice.percent(80) ? "7bit" : "base64";
        }
        // Escapes make three bytes of one: senders take them for Latin scripts, base64 for the others.
        boolean latin = charset.startsWith("iso-8859") || charset.equals("windows-1252");
        return dice.pick(latin ? LATIN_ENCODINGS : ENCODINGS);
    }

    private void people(Draft draft, MessagePlan plan, Dice thread, Dice dice) {
        EmailAddress owner = new EmailAddress("Mailbox Owner", options.owner());
        EmailAddress other = People.person(thread);
        draft.from = List.of(plan.isSent() ? owner : other);
        draft.to.add(plan.isSent() ? other : owner);
        for (int i = dice.below(4); i > 1; i--) {
            draft.cc.add(People.person(dice));
        }
    }

    private void identity(Draft draft, int index, int first) {
        draft.messageId = messageId(index);
        if (index > first) {
            draft.inReplyTo = messageId(index - 1);
            List<String> references = new ArrayList<>();
            for (int i = Math.max(first, index - MAX_REFERENCES); i < index; i++) {
                references.add(messageId(i));
            }
            draft.references = references;
        }
    }

    private String messageId(int index) {
        return "<" + MailIds.of(Dice.mix(options.seed() + 31L * index)) + "." + index + "@mail.example.com>";
    }

    private void bodies(Draft draft, Language language, Dice dice) {
        int roll = dice.below(100);
        boolean plain = roll < 70;
        boolean rich = roll >= 35;
        int length = bodyLength(dice);
        String text = language.text(dice, rich && plain ? length / 2 : length);
        draft.text = plain ? text : null;
        draft.html = rich ? Html.page(draft.subject, text, null) : null;
    }

    private int bodyLength(Dice dice) {
        int roll = dice.below(100);
        int length;
        if (roll < 2) {
            length = 0;
        } else if (roll < 45) {
            length = dice.between(40, 500);
        } else if (roll < 85) {
            length = dice.between(500, 1_600);
        } else {
            length = roll < 99 ? dice.between(1_600, 4_500) : options.maxBodyBytes();
        }
        return Math.min(length, options.maxBodyBytes());
    }

    /** What is known of a message before its content is made. */
    record MessagePlan(Instant receivedAt, FolderPath folder, boolean isSent, Importance importance) {}
}
