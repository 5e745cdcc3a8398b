package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class ParsedMailFuzzTest {
    private static final int MAILS = 400;

    private final MailGenerator generator = new MailGenerator(
            GeneratorOptions.of(7, MAILS).withMaxBodyBytes(2_000).withAttachmentBytes(100));

    @Property(tries = 3_000, shrinking = ShrinkingMode.OFF)
    void noMutationOfAMessageMakesReadingFail(@ForAll long seed) {
        Dice dice = new Dice(seed, 0);
        MailBytes mutated = MailMutation.mutate(generator.at(dice.below(MAILS)).mime(), dice);

        assertThat(textsOf(ParsedMail.parse(mutated))).allSatisfy(text -> {
            // A half of a surrogate pair could not be published as UTF-8.
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
        });
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void noNoiseMakesReadingFail(@ForAll long seed) {
        Dice dice = new Dice(seed, 1);
        byte[] noise = new byte[dice.below(3_000)];
        dice.fill(noise);

        assertThat(textsOf(ParsedMail.parse(MailBytes.copyOf(noise)))).isNotNull();
    }

    /** Asks for everything a message has. */
    private static List<String> textsOf(ParsedMail mail) {
        List<String> texts = new ArrayList<>();
        texts.add(mail.subject());
        texts.add(String.valueOf(mail.textBody()));
        texts.add(String.valueOf(mail.htmlBody()));
        texts.add(mail.messageId() + mail.inReplyTo() + mail.references() + mail.date() + mail.sender());
        mail.headers().forEach(header -> texts.add(header.name() + header.raw() + header.value()));
        for (var addresses : List.of(mail.from(), mail.to(), mail.cc(), mail.bcc(), mail.replyTo())) {
            addresses.forEach(address -> texts.add(address.name() + address.address()));
        }
        mail.attachments().forEach(file -> texts.add(file.name() + file.contentType() + file.contentId()));
        collect(mail.root(), texts);
        return texts;
    }

    private static void collect(ParsedPart part, List<String> texts) {
        texts.add(part.contentType() + part.parameters() + part.disposition() + part.fileName() + part.text());
        part.children().forEach(child -> collect(child, texts));
    }
}
