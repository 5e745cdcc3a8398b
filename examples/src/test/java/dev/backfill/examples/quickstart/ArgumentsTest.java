package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --messages 0                              | --messages | 1 to 1000000
            --messages 1000001                        | --messages | was 1000001
            --messages many                           | --messages | was many
            --messages                                | --messages | needs a value
            --messages 5 --messages 6                 | --messages | twice
            --seed x                                  | --seed | was x
            --provider yahoo                          | --provider | microsoft or google, was yahoo
            --gmail-quota old                         | --gmail-quota | new, legacy or off, was old
            --graph-url http://127.0.0.1:1            | --graph-url | /v1.0, was http://127.0.0.1:1
            --graph-url v1.0                          | --graph-url | was v1.0
            --gmail-url ftp://127.0.0.1/              | --gmail-url | was ftp://127.0.0.1/
            --gmail-url http://user:secret@127.0.0.1/ | --gmail-url | without user
            --gmail-url http://127.0.0.1/?a=1         | --gmail-url | query
            --gmail-url :                             | --gmail-url | was :
            --from 2024-13-01                         | --from | was 2024-13-01
            --to yesterday                            | --to | was yesterday
            --from 2024-02-01 --to 2024-02-01         | --from | before --to
            --folders ,                               | --folders | empty
            --folders inbox,,sent                     | --folders | empty
            --mail x --messages 5                     | --messages | --mail
            --token-file t                            | --token-file | --graph-url or --gmail-url
            --provider google --graph-url https://h/v1.0 | --graph-url | google alone
            --graph-url https://h/v1.0 --messages 5    | --messages | built-in
            --graph-url https://h/v1.0 --gmail-url https://h/ --seed 5 | --seed | built-in
            --provider google --gmail-url https://h/ --mail x | --mail | built-in
            --graph-url https://h/v1.0 --gmail-quota new | --gmail-quota | microsoft
            --provider microsoft --gmail-quota new    | --gmail-quota | microsoft
            --daily-share 0 --gmail-quota new         | --daily-share | over 0 and at most 1, was 0
            --daily-share 1.5 --gmail-quota new       | --daily-share | was 1.5
            --daily-share half --gmail-quota new      | --daily-share | was half
            --daily-share 0.5                         | --daily-share | --gmail-quota
            --provider microsoft --daily-share 0.5    | --daily-share | microsoft
            --json x --out ./x                        | --out | --json
            --graph-url http://h/v1.0                 | --graph-url | must be https
            --gmail-url http://h/                     | --gmail-url | must be https
            --messages=5                              | --messages=5 | --messages 5
            --store jdbc:mysql://h/d                  | --store | jdbc:postgresql:
            --nonsense                                | --nonsense | --help
            stray                                     | stray | --help
            """)
    void aMistakeIsOneLineThatNamesTheArgumentAndItsRange(String line, String argument, String says) {
        Session session = Session.run((Object[]) line.split(" "));

        assertThat(session.exitCode()).as(session.all()).isEqualTo(2);
        assertThat(session.out()).isEmpty();
        assertThat(session.err().lines()).hasSize(1);
        assertThat(session.err()).contains(argument, says);
    }

    @Test
    void helpNamesEveryArgument() {
        Session session = Session.run("--help");

        assertThat(session.exitCode()).isZero();
        assertThat(session.out())
                .contains("--mail", "--messages", "--seed", "--verify", "--json", "--graph-url", "--gmail-url")
                .contains("--token-file", "--out", "--provider", "--folders", "--from", "--to", "--include-deleted")
                .contains("--gmail-quota", "--daily-share", "--store", "--verbose");
    }

    @Test
    void namingOneServerMeansThatProvider() throws UserMistake {
        Options options = parse("--graph-url", "https://graph.example.com/v1.0");

        assertThat(options.providers()).isEqualTo(Set.of(Provider.MICROSOFT));
    }

    @Test
    void whatIsForTheBuiltInServersStandsBesideAUrlAsLongAsOneOfThemRuns() throws UserMistake {
        Options options = parse(
                "--graph-url",
                "https://graph.example.com/v1.0",
                "--provider",
                "microsoft",
                "--json",
                "x",
                "--out",
                "y");
        assertThat(options.providers()).isEqualTo(Set.of(Provider.MICROSOFT));
        assertThat(parse("--messages", "7", "--gmail-quota", "new").messages()).isEqualTo(7);
    }

    @Test
    void theQuotaIsOffForTheBuiltInGmailAndNewForAnother() throws UserMistake {
        assertThat(parse().gmailQuota()).isEqualTo("off");
        assertThat(parse("--gmail-url", "https://gmail.example.com/").gmailQuota())
                .isEqualTo("new");
    }

    @Test
    void nothingMeansFiveThousandGeneratedMessagesForBothProviders() throws UserMistake {
        Options options = parse();

        assertThat(options.messages()).isEqualTo(5_000);
        assertThat(options.providers()).containsExactlyInAnyOrder(Provider.values());
        assertThat(options.verify()).isFalse();
    }

    private static Options parse(String... arguments) throws UserMistake {
        Options options = OptionParser.parse(List.of(arguments));
        assertThat(options).isNotNull();
        return options;
    }
}
