package dev.backfill.testkit;

import dev.backfill.api.CountKind;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A mailbox of a {@link ScriptedSource}: the plan, and what is no walk. Thread-safe. */
final class ScriptedMailbox implements Mailbox {
    private final ScriptedSource source;
    private final ScriptedAccount account;
    private final ScriptedRequests requests;
    private final ScriptedWalk walk;
    private final SourceLog log;
    private final MailboxContext context;

    ScriptedMailbox(ScriptedSource source, ScriptedAccount account, MailboxContext context) {
        this.source = source;
        this.account = account;
        this.context = context;
        this.log = source.log();
        this.requests = new ScriptedRequests(source, context);
        this.walk = new ScriptedWalk(source, account, requests);
    }

    @Override
    public String key() {
        return requests.call(ScriptedSource.PROFILE, account::key);
    }

    @Override
    public List<MailFolder> folders() {
        return requests.call(
                ScriptedSource.FOLDERS,
                () -> account.folders().stream()
                        .map(folder -> new MailFolder(
                                folder.id(), folder.id(), folder.id(), folder.role(), false, (long) folder.count()))
                        .toList());
    }

    @Override
    public MailEstimate estimate(MailQuery query) {
        long emails = requests.call(ScriptedSource.COUNT, () -> account.count(query));
        CountKind kind = source.options().estimateKind();
        long calls = emails / 100 + 1 + (source.options().singleGets() ? emails : 0);
        return switch (kind) {
            case EXACT -> new MailEstimate(emails, kind, calls, calls);
            case ESTIMATE -> new MailEstimate(emails + emails / 10, kind, calls, calls);
            case UNKNOWN -> new MailEstimate(0, kind, calls, calls);
        };
    }

    @Override
    public List<Partition> plan(MailQuery query) {
        List<Partition> plan = requests.call(ScriptedSource.PLAN, () -> {
            List<Partition> partitions = new ArrayList<>();
            for (String scope : account.scopesOf(query)) {
                if (query.pins() && source.options().changes()) {
                    partitions.add(Partition.pin(scope));
                }
                partitions.addAll(windows(scope, query));
            }
            return partitions;
        });
        source.faults().planned(account.key(), plan);
        return plan;
    }

    private List<Partition> windows(String scope, MailQuery query) {
        long from = ScriptedAccount.fromSecond(query.from());
        long to = ScriptedAccount.toSecond(query.to());
        List<Partition> windows = new ArrayList<>();
        Instant end = query.to();
        for (long cut : account.cuts(scope, from, to, source.options().windowMessages())) {
            Instant begin = Instant.ofEpochSecond(cut);
            windows.add(Partition.window(scope, begin, end));
            end = begin;
        }
        windows.add(Partition.window(scope, query.from(), end));
        return windows;
    }

    @Override
    public List<Partition> planChanges(MailQuery query, Map<String, String> pins) {
        return requests.call(
                ScriptedSource.PLAN,
                () -> pins.isEmpty() || !source.options().changes()
                        ? List.of()
                        : account.scopesOf(query).stream()
                                .flatMap(scope -> changes(scope, query, pins.get(scope)))
                                .toList());
    }

    private Stream<Partition> changes(String scope, MailQuery query, @Nullable String pin) {
        return pin == null
                ? Stream.concat(Stream.of(Partition.pin(scope)), windows(scope, query).stream())
                : Stream.of(Partition.changes(scope, pin));
    }

    @Override
    public void resumed(Map<String, String> pins) {
        log.resumed(pins);
    }

    @Override
    public PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        log.fetchBegins(new SourceLog.Fetch(context.account(), partition, position, limit));
        try {
            return walk.fetch(query, partition, position, limit, writer);
        } finally {
            log.fetchEnds();
        }
    }

    @Override
    public void replay(MailQuery query, List<FailureRef> refs, PageWriter writer) {
        walk.replay(refs, writer);
    }

    @Override
    public InputStream open(ContentRef ref, long maxBytes) {
        byte[] bytes = requests.get(ScriptedSource.CONTENT, ref.messageId(), () -> content(ref));
        if (bytes == null) {
            throw SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "NOT_FOUND")
                    .build("there is no such content");
        }
        if (bytes.length > maxBytes) {
            throw SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "TOO_LARGE")
                    .build("the content has " + bytes.length + " bytes, allowed are " + maxBytes);
        }
        return new ByteArrayInputStream(bytes);
    }

    private byte @Nullable [] content(ContentRef ref) {
        ScriptedAccount.Located at = account.find(ref.messageId());
        if (at == null) {
            return null;
        }
        ScriptedFolder folder = walk.folder(at.scope());
        if (ref.attachmentId() == null) {
            return source.maker().mime(folder, at.mail(), at.revision());
        }
        return source.maker().hasAttachment(folder, at.mail())
                        && ref.attachmentId().equals("a1")
                ? source.maker().attachmentBytes(folder, at.mail())
                : null;
    }

    @Override
    public void close() {
        if (requests.close()) {
            log.closed();
            source.faults().gates().forEach(Gate::wake);
        }
    }
}
