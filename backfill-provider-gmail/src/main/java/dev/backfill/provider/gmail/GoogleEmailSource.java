package dev.backfill.provider.gmail;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import java.util.List;

/**
 * The email source {@code google}: mail of Gmail and Google Workspace, read through the Gmail API. Stateless and thread-safe;
 * making one does no work.
 *
 * <p>Settings, all optional; others are refused:
 *
 * <ul>
 *   <li>{@code root-url}: where the API is, default {@value #DEFAULT_ROOT_URL};
 *   <li>{@code quota}: {@code new} (default; projects from May 2026 on: 6,000 units a minute and user, a message costs 20),
 *       {@code legacy} (15,000 units, a message costs 5) or {@code off} (no limit but {@code concurrency}). Google does not
 *       say which holds for a project;
 *   <li>{@code units-messages-get}, {@code units-attachments-get}, {@code units-threads-get}, {@code units-messages-list},
 *       {@code units-history-list}, {@code units-labels-list}, {@code units-labels-get}, {@code units-profile-get}: what a request
 *       costs, 1 to 10,000, where Google's prices are others than those of {@code quota};
 *   <li>{@code concurrency}: requests at once to a mailbox at the most, 1 to 100; default 20, for {@code off} 10. A mailbox begins
 *       with 2 ({@code new}) or 5 ({@code legacy}), gets one more whenever all of them were busy for a while, and half as many
 *       when Google finds them too many; with {@code off} all are there from the beginning;
 *   <li>{@code content}: {@code full} (default; Gmail's own parts, attachments stay at the server until they are opened) or
 *       {@code raw} (the MIME of each message, attachments and all, parsed here: a message costs the same units whatever is
 *       attached, where the parts cost as much again for each attachment that is opened; but all of it comes over the wire, and
 *       threads are not got whole, which they are only as parts);
 *   <li>{@code connect-timeout-seconds} (default 20) and {@code read-timeout-seconds} (default 60), 1 to 600;
 *   <li>{@code overlap-seconds}: how far beyond a request's own start and end dates the server is asked, since Google does not
 *       say which of a message's dates its search uses; what lies outside by {@code internalDate} is dropped here. 0 to 30
 *       days, default 86,400 (a day). Bounds between windows need no such overlap.
 *   <li>{@code daily-bytes}: bytes of answers, as they come over the wire, that a user may have a day; default 2,500,000,000
 *       ({@code off}: none), 0 for no limit. A job that has used them up is parked. Kept where the jobs are, over restarts and
 *       instances;
 *   <li>{@code daily-units}: units that all jobs of a project together may spend a day; default 0, no limit. Google announced to
 *       charge for what exceeds {@link #UNITS_A_DAY_FREE_OF_CHARGE};
 *   <li>{@code client-id}, {@code client-secret}, {@code refresh-token}: one user's consent to an app, in place of the host's
 *       tokens;
 *   <li>{@code service-account-key} (the text of the key file) or {@code service-account-key-file} (its path): a service account
 *       with domain-wide delegation, in place of the host's tokens; it acts for the user whose address the account is;
 *   <li>{@code token-url}: where tokens are given, default the key's own or {@value GoogleAccessTokens#DEFAULT_TOKEN_URL}.
 * </ul>
 *
 * <p>With credentials in the settings nobody asks the host whose mail a user may read: {@code me} is the consent's mailbox whoever
 * says it, and a service account reads any mailbox of its domain. They suit a host with one operator, or one that checks the
 * account before it starts a job; others hand {@link GoogleAccessTokens} of their own to
 * {@code BackfillBuilder.accessTokens}. The engine asks for that function all the same.
 *
 * <p>The account is {@code me} or an address that the token may act for.
 */
public final class GoogleEmailSource implements EmailSource {
    /** The provider's id: {@value}. */
    public static final String ID = "google";

    /** The API's public root: {@value}. */
    public static final String DEFAULT_ROOT_URL = "https://gmail.googleapis.com/";

    /**
     * The limits of a project that is new on or after 2026-05-01, where a message costs 20 units: 6,000 units a minute and user,
     * 1,200,000 a minute and project, 2 requests at once to begin with and 20 at the most, 2,500 MB of answers a day and user
     * (developers.google.com/workspace/gmail/api/reference/quota; the requests at once are ours, Google names no number; the bytes
     * are those of IMAP, which Google says hold for the API too, and seldom enforces). To change one, hand a copy to
     * {@code BackfillBuilder.quotas}.
     */
    public static final List<Quota> GMAIL_2026_05 = QuotaRegime.NEW.quotas();

    /**
     * The limits of a project that used the API between November 2025 and April 2026, where a message costs 5 units: 15,000 units
     * a minute and user, 1,200,000 a minute and project, 5 requests at once to begin with and 20 at the most, 2,500 MB of answers a day and user. The setting
     * {@code quota=legacy} tells what requests cost.
     */
    public static final List<Quota> GMAIL_LEGACY = QuotaRegime.LEGACY.quotas();

    /**
     * The units of a project and day up to which Google announced to charge nothing: {@value}. It refuses nothing beyond; to stay
     * under it set {@code daily-units}.
     */
    public static final long UNITS_A_DAY_FREE_OF_CHARGE = 80_000_000;

    /** Makes the source. */
    public GoogleEmailSource() {}

    @Override
    public String providerId() {
        return ID;
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public List<Quota> quotas(Settings settings) {
        return GmailSettings.of(settings).quotas();
    }

    @Override
    public List<Quota> dailyAllowance(Settings settings) {
        return GmailSettings.of(settings).dailyAllowance();
    }

    @Override
    public Mailbox open(MailboxContext context) {
        return GmailMailbox.open(context, GmailSettings.of(context.settings()));
    }
}
