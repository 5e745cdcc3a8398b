package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MboxTest {
    @Test
    void messagesAreSplitAtFromLinesWithATimeAfterABlankLine() {
        assertThat(split("From a@a.example Wed Jun 12 13:45:09 2002\nSubject: 1\n\none\n\n"
                        + "From b@b.example Wed Jun 12 13:46:09 2002\nSubject: 2\n\nFrom now on\n\nFrom here on\n"))
                .containsExactly("Subject: 1\n\none\n", "Subject: 2\n\nFrom now on\n\nFrom here on\n");
    }

    @Test
    void oneMarkIsTakenOffQuotedFromLines() {
        assertThat(split("From - Wed Jun 12 13:45:09 2002\r\nSubject: 1\r\n\r\n>From me\r\n>>From you\r\n> From\r\n"))
                .containsExactly("Subject: 1\r\n\r\nFrom me\r\n>From you\r\n> From\r\n");
    }

    @Test
    void fromLineInTheMiddleOfAParagraphIsText() {
        assertThat(split("From - Wed Jun 12 13:45:09 2002\n\ntext\nFrom x Wed Jun 12 13:45:09 2002\n"))
                .hasSize(1);
    }

    @Test
    void fileThatBeginsOtherwiseIsNoMbox() {
        assertThat(Mbox.isMbox(MailBytes.utf8("Subject: From me"))).isFalse();
        assertThat(Mbox.isMbox(MailBytes.EMPTY)).isFalse();
    }

    private static List<String> split(String text) {
        return Mbox.split(MailBytes.utf8(text)).stream()
                .map(message -> message.text(StandardCharsets.UTF_8))
                .toList();
    }
}
