package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressParserTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a@b.example|null|a@b.example",
                "<a@b.example>|null|a@b.example",
                "Ada Lind <a@b.example>|Ada Lind|a@b.example",
                "\"Lind, Ada\" <a@b.example>|Lind, Ada|a@b.example",
                "\"Ada \\\"L\\\" Lind\" <a@b.example>|Ada \"L\" Lind|a@b.example",
                "a@b.example (Ada Lind)|Ada Lind|a@b.example",
                "(just (a) comment) a@b.example|just (a) comment|a@b.example",
                "Ada (at home) Lind <a@b.example>|Ada  Lind|a@b.example",
                "=?utf-8?Q?J=C3=B6rg?= <a@b.example>|Jörg|a@b.example",
                "\"=?utf-8?Q?J=C3=B6rg?=\" <a@b.example>|Jörg|a@b.example",
                "=?utf-8?Q?Lind=2C_Ada?= <a@b.example>|Lind, Ada|a@b.example",
                "=?utf-8?Q?Ada_=3Ca=40b.example=3E?=|Ada|a@b.example",
                "ada@x.example <a@b.example>|ada@x.example|a@b.example",
                "Ada <<a@b.example>>|Ada|a@b.example",
                "Ada <a@b.example|Ada|a@b.example",
                "Ada <mailto:a@b.example>|Ada|a@b.example",
                "<@x.example,@y.example:a@b.example>|null|a@b.example",
                "ada . lind @ b . example|null|ada.lind@b.example",
                "\"ada lind\"@b.example|null|\"ada lind\"@b.example",
                "Ada Lind a@b.example|Ada Lind|a@b.example",
                "root|null|root",
                "jörg@müller.example|null|jörg@müller.example"
            })
    void oneAddressIsRead(String raw, String name, String address) {
        assertThat(AddressParser.parse(raw))
                .containsExactly(new EmailAddress("null".equals(name) ? null : name, address));
    }

    @Test
    void listIsReadInOrder() {
        assertThat(AddressParser.parse("a@b.example, \"C, D\" <c@d.example>,, e@f.example (E)"))
                .extracting(EmailAddress::address)
                .containsExactly("a@b.example", "c@d.example", "e@f.example");
    }

    @Test
    void semicolonsSeparateAsOutlookWritesThem() {
        assertThat(AddressParser.parse("a@b.example; C <c@d.example>"))
                .extracting(EmailAddress::address)
                .containsExactly("a@b.example", "c@d.example");
    }

    @Test
    void groupGivesItsMembers() {
        assertThat(AddressParser.parse("Friends: a@b.example, C <c@d.example>;, e@f.example"))
                .extracting(EmailAddress::address)
                .containsExactly("a@b.example", "c@d.example", "e@f.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " , ,",
                "undisclosed-recipients:;",
                "Undisclosed recipients: ;",
                "<Undisclosed-Recipient:;>",
                "<Undisclosed-Recipient:;@host.example>",
                "Group:(nobody (here));",
                "(only a comment)",
                "Group:; (the end of the group)",
                "\"\" <>"
            })
    void nobodyIsNobody(String raw) {
        assertThat(AddressParser.parse(raw)).isEmpty();
    }

    @Test
    void twoAddressesWithoutCommaAreTwo() {
        assertThat(AddressParser.parse("a@b.example c@d.example"))
                .isEqualTo(List.of(EmailAddress.of("a@b.example"), EmailAddress.of("c@d.example")));
    }

    @Test
    void nameWithoutAddressKeepsTheName() {
        assertThat(AddressParser.parse("The whole team")).containsExactly(new EmailAddress("The whole team", ""));
    }

    @Test
    void deeplyNestedCommentsDoNotOverflow() {
        assertThat(AddressParser.parse("(".repeat(100_000) + " a@b.example")).isNotNull();
    }
}
