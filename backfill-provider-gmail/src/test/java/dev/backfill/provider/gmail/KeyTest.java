package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.api.AccountRef;
import dev.backfill.api.UserId;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The name of a mailbox does not depend on what the account is called, nor on rights that come and go. */
class KeyTest {
    private static final RequestMatch PROFILE = RequestMatch.path("/profile$");

    private FakeGmail gmail;

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder()
                .mailbox("ann@example.com", TestMail.generated(3))
                .start();
    }

    @AfterEach
    void stop() {
        gmail.close();
    }

    private String keyOf(String user, String account) {
        DirectMailboxContext context = DirectMailboxContext.builder(
                        new AccountRef(UserId.of(user), GoogleEmailSource.ID, account))
                .settings(Map.of("root-url", gmail.rootUrl().toString()))
                .build();
        try (Mailbox mailbox = new GoogleEmailSource().open(context)) {
            return mailbox.key();
        }
    }

    private SourceException refusal() {
        return catchThrowableOfType(SourceException.class, () -> keyOf("ann", "me"));
    }

    @Test
    void theKeyIsTheSameForMeAndTheAddressAndForEachUserAndHidesIt() {
        String key = keyOf("ann", "me");
        assertThat(key).matches("[0-9a-f]{64}");
        assertThat(keyOf("bob", "ann@example.com")).isEqualTo(key);
    }

    @Test
    void aRefusedProfileIsAnErrorAndNeverAnotherKey() {
        for (int status : List.of(400, 403, 405, 410)) {
            gmail.faults().clear();
            gmail.faults().always(PROFILE, Fault.status(status));
            SourceException error = refusal();
            assertThat(error).as("HTTP %s", status).isNotNull();
            assertThat(error.kind()).as("HTTP %s", status).isEqualTo(SourceException.Kind.FAIL_JOB);
        }
    }

    @Test
    void aProfileWithoutAnAddressIsAnErrorAndNeverAnotherKey() {
        for (String broken :
                List.of("{\"historyId\":\"1\"}", "{\"emailAddress\":\"\"}", "{\"emailAddress\":\" \"}", "{}")) {
            gmail.faults().clear();
            gmail.faults().always(PROFILE, Fault.json(200, broken));
            SourceException error = refusal();
            assertThat(error).as(broken).isNotNull();
            assertThat(error.kind()).as(broken).isEqualTo(SourceException.Kind.RETRY);
        }
    }

    @Test
    void aServerWithoutProfilesNamesUsersApartAndSpellingsTogether() {
        for (int status : List.of(404, 501)) {
            gmail.faults().clear();
            gmail.faults().always(PROFILE, Fault.status(status));
            String ann = keyOf("ann", "me");
            assertThat(ann).matches("[0-9a-f]{64}").isEqualTo(keyOf("ann", "me"));
            assertThat(ann).isNotEqualTo(keyOf("bob", "me"));
            assertThat(keyOf("ann", " Ann@Example.com ")).isEqualTo(keyOf("ann", "ann@example.com"));
            assertThat(keyOf("bob", "ann@example.com"))
                    .as("without a profile nobody knows that it is one mailbox")
                    .isNotEqualTo(keyOf("ann", "ann@example.com"));
        }
    }

    @Test
    void usersWhoseNamesLookAlikeAreToldApartToo() {
        gmail.faults().always(PROFILE, Fault.status(404));
        assertThat(keyOf("ann/me", "x")).isNotEqualTo(keyOf("ann", "me/x"));
        assertThat(keyOf("Ann", "me")).isNotEqualTo(keyOf("ann", "me"));
        String hashed = UserId.of("a user of blanks").key();
        assertThat(keyOf("a user of blanks", "me")).isNotEqualTo(keyOf(hashed, "me"));
    }
}
