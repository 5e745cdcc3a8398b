package dev.backfill.provider.microsoft;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import java.time.Duration;
import java.util.List;

/**
 * Mail over Microsoft Graph v1.0, provider id {@code microsoft}. Stateless and thread-safe.
 *
 * <p>An account is {@code me} (the user whom the token was issued to), or a user's or shared mailbox's id or principal name. Tokens
 * are the host's: a user's, or an app's own ({@link MicrosoftAppTokens}), which knows no {@code me}. The token needs
 * {@code Mail.Read} and nothing else ({@code Mail.Read.Shared} for others' mailboxes): {@link Mailbox#key()} is the id of the mailbox's root folder, whatever name the account
 * has and whatever else the token may.
 *
 * <p>Settings:
 *
 * <ul>
 *   <li>{@code base-url}: where Graph is, up to and with its version; default {@value #DEFAULT_BASE_URL}. Plain http only on
 *       a loopback address.
 *   <li>{@code body}: {@code native} (default) asks for bodies as they are stored, {@code html} or {@code text} for bodies
 *       that the service turns into that.
 *   <li>{@code connect-timeout-seconds} (default {@value #DEFAULT_CONNECT_TIMEOUT_SECONDS}), {@code read-timeout-seconds}
 *       ({@value #DEFAULT_READ_TIMEOUT_SECONDS}), {@code call-timeout-seconds} ({@value #DEFAULT_CALL_TIMEOUT_SECONDS}),
 *       {@code page-timeout-seconds} ({@value #DEFAULT_PAGE_TIMEOUT_SECONDS}, the same for a page of messages): 1 to 3,600. Graph's own
 *       gateway gives up after about 30 seconds. A page for which one of them runs out is asked for again as a smaller one; the
 *       engine's {@code callTimeout} ends whatever takes longer than that, and a page is then asked for as it was.
 *   <li>{@code concurrent-requests}: 1 to 4 (default 4) at the same time for one mailbox; fewer where another process uses
 *       the same app on the same mailbox, for they share Graph's four.
 * </ul>
 *
 * <p>Folders of a request: none, or {@code all}, mean every folder that users see but the deleted items, the junk, and the
 * folders inside them; {@code deleted} and {@code junk} mean the folder and all inside it; {@code inbox}, {@code sent},
 * {@code drafts}, {@code archive}, one of the service's well-known names, an id, a path or a display name mean that folder
 * alone, hidden or not, names and paths in any case. The service's own names come first, whatever language the mailbox speaks. A name that no folder has fails the job with the code {@code FOLDER_NOT_FOUND}. With
 * deleted mail included come the deleted items, the folders inside, and what can still be recovered after that.
 *
 * <p>A message's id is its immutable id, its revision the changeKey, its labels are the categories; Graph gives one body of
 * each message, and no size. An incremental run reads the lists of changes that a plan's pins began, folder by folder.
 *
 * <p>The limits it names are Graph's of 2026: 10,000 requests in 10 minutes and 4 at the same time for each app and mailbox,
 * 130,000 in 10 seconds for each app (learn.microsoft.com/en-us/graph/throttling-limits).
 */
public final class MicrosoftEmailSource implements EmailSource {
    /** The provider's id: {@value}. */
    public static final String PROVIDER_ID = "microsoft";

    /** Graph's worldwide address: {@value}. */
    public static final String DEFAULT_BASE_URL = "https://graph.microsoft.com/v1.0";

    /** How long a connection may take: {@value} seconds. */
    public static final int DEFAULT_CONNECT_TIMEOUT_SECONDS = 20;

    /**
     * How long an answer may be silent: {@value} seconds. Less than the engine's 60 for a call, so that a page that is too heavy
     * to come is asked for again as a smaller one.
     */
    public static final int DEFAULT_READ_TIMEOUT_SECONDS = 45;

    /** How long a whole request may take, its answer read: {@value} seconds. */
    public static final int DEFAULT_CALL_TIMEOUT_SECONDS = 180;

    /**
     * How long a page may take, its answer read: {@value} seconds. Less than the engine's 60 for a call, so that a page that trickles in is
     * asked for again as a smaller one.
     */
    public static final int DEFAULT_PAGE_TIMEOUT_SECONDS = 55;

    /** How many requests Graph takes at the same time for a mailbox: {@value}. */
    public static final int DEFAULT_CONCURRENT_REQUESTS = 4;

    /**
     * Graph's limits of 2026 for mail: 10,000 requests in 10 minutes and 4 at the same time for each app and mailbox, 130,000 in
     * 10 seconds for each app (learn.microsoft.com/en-us/graph/throttling-limits). To change one, hand a copy to
     * {@code BackfillBuilder.quotas}.
     */
    public static final List<Quota> GRAPH = limits(DEFAULT_CONCURRENT_REQUESTS);

    /** Makes the source; does nothing. */
    public MicrosoftEmailSource() {}

    @Override
    public String providerId() {
        return PROVIDER_ID;
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public List<Quota> quotas(Settings settings) {
        return limits(GraphSettings.from(settings).concurrentRequests());
    }

    private static List<Quota> limits(int concurrentRequests) {
        return List.of(
                new Quota(
                        "graph-mailbox-requests",
                        Quota.Measure.REQUESTS,
                        Quota.Scope.MAILBOX,
                        10_000,
                        Duration.ofMinutes(10)),
                Quota.concurrent("graph-mailbox-concurrent", concurrentRequests),
                new Quota(
                        "graph-app-requests",
                        Quota.Measure.REQUESTS,
                        Quota.Scope.PROJECT,
                        130_000,
                        Duration.ofSeconds(10)));
    }

    @Override
    public Mailbox open(MailboxContext context) {
        return GraphMailbox.open(context, GraphSettings.from(context.settings()));
    }
}
