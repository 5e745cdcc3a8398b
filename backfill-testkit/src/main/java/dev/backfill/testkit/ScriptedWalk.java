package dev.backfill.testkit;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The walks of a scripted mailbox: windows, changes, pins and replays. Thread-safe. */
final class ScriptedWalk {
    private final ScriptedSource source;
    private final ScriptedAccount account;
    private final ScriptedRequests requests;

    ScriptedWalk(ScriptedSource source, ScriptedAccount account, ScriptedRequests requests) {
        this.source = source;
        this.account = account;
        this.requests = requests;
    }

    ScriptedFolder folder(String scope) {
        return account.folders().stream()
                .filter(folder -> folder.id().equals(scope))
                .findFirst()
                .orElseThrow(() -> Fault.of(SourceException.Kind.SKIP_PARTITION)
                        .code("FOLDER_GONE")
                        .toException(Instant.EPOCH));
    }

    PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        int page = source.faults().page(account.key(), partition, position);
        PageEnd end = switch (partition.kind()) {
            case PIN -> pin(partition);
            case WINDOW -> window(partition, position, page, limit, writer);
            case CHANGES -> changes(query, partition, position, page, limit, writer);
        };
        source.faults().pageEnded(account.key(), partition, page, end.next());
        return end;
    }

    private FaultState.Strike strike(Partition partition, int page) {
        return source.faults().onPage(account.key(), partition, page);
    }

    private PageEnd pin(Partition partition) {
        folder(partition.scope());
        String token = requests.page(
                ScriptedSource.PIN, () -> strike(partition, 0), () -> Long.toString(account.lastChange()));
        return PageEnd.token(token, 0, 0);
    }

    private PageEnd window(Partition partition, Position position, int page, PageLimit limit, PageWriter writer) {
        ScriptedFolder folder = folder(partition.scope());
        int parts = position.isStart() ? source.faults().splits(account.key(), partition) : 0;
        if (parts > 1) {
            List<Partition> replacements = split(partition, folder, parts);
            source.faults().planned(account.key(), replacements);
            return PageEnd.replaced(replacements, 0, 0);
        }
        MailKey after = Positions.parse(position);
        List<MailKey> listed = requests.page(
                ScriptedSource.LIST, () -> strike(partition, page), () -> list(partition, after, limit.messages() + 1));
        boolean more = listed.size() > limit.messages();
        List<MailKey> wanted = more ? listed.subList(0, limit.messages()) : listed;
        int written = write(folder, wanted, limit, writer);
        int repeats = repeats(partition, page, after);
        if (more || written < wanted.size()) {
            MailKey last = written == 0 ? after : wanted.get(written - 1);
            return PageEnd.more(Positions.of(last), written + repeats, repeats);
        }
        return PageEnd.last(written + repeats, repeats, providerCount(partition));
    }

    private int repeats(Partition partition, int page, @Nullable MailKey after) {
        int scripted = source.faults().repeats(account.key(), partition, page);
        boolean border = source.options().borderRepeats() && after != null;
        return scripted + (border && after != null ? account.upTo(partition.scope(), after) : 0);
    }

    private List<MailKey> list(Partition partition, @Nullable MailKey after, int most) {
        long from = ScriptedAccount.fromSecond(partition.from());
        long to = ScriptedAccount.toSecond(partition.to());
        int hidden = source.faults().hidden(account.key(), partition);
        int alone = source.faults().hiddenAlone(account.key(), partition);
        int bound = Math.max(hidden, alone);
        if (bound == 0) {
            return account.page(partition.scope(), from, to, after, most);
        }
        List<MailKey> oldest = account.page(partition.scope(), from, to, null, bound);
        Set<MailKey> left = new HashSet<>(oldest.subList(0, Math.min(hidden, oldest.size())));
        if (alone > 0 && alone <= oldest.size()) {
            left.add(oldest.get(alone - 1));
        }
        return account.page(partition.scope(), from, to, after, most + bound).stream()
                .filter(mail -> !left.contains(mail))
                .limit(most)
                .toList();
    }

    private @Nullable Long providerCount(Partition partition) {
        if (!source.options().counting()) {
            return null;
        }
        int more = source.faults().miscount(account.key(), partition);
        return requests.call(
                ScriptedSource.COUNT,
                () -> more
                        + account.count(
                                partition.scope(),
                                ScriptedAccount.fromSecond(partition.from()),
                                ScriptedAccount.toSecond(partition.to())));
    }

    private List<Partition> split(Partition partition, ScriptedFolder folder, int parts) {
        long to = partition.to() == null ? folder.second(folder.count()) + 1 : ScriptedAccount.toSecond(partition.to());
        long from = partition.from() == null
                ? Math.min(folder.oldest().getEpochSecond(), to - 1)
                : ScriptedAccount.fromSecond(partition.from());
        List<Partition> windows = new ArrayList<>();
        Instant end = partition.to();
        for (int part = parts - 1; part > 0; part--) {
            Instant cut = Instant.ofEpochSecond(from + (to - from) * part / parts);
            if ((end == null || cut.isBefore(end)) && cut.getEpochSecond() > from) {
                windows.add(Partition.window(partition.scope(), cut, end));
                end = cut;
            }
        }
        windows.add(Partition.window(partition.scope(), partition.from(), end));
        return windows;
    }

    /** Writes as many messages as there is room for; tells how many. */
    private int write(ScriptedFolder folder, List<MailKey> mails, PageLimit limit, PageWriter writer) {
        List<Outcome<Optional<MailKey>>> single = source.options().singleGets() ? gets(folder.id(), mails) : List.of();
        long bytes = 0;
        int written = 0;
        for (MailKey mail : mails) {
            PageItem item = single.isEmpty()
                    ? item(folder, mail, PageItem.Change.CREATE)
                    : item(folder, mail.id(), single.get(written));
            bytes += item instanceof PageItem.Message message ? message.email().heapBytes() : 0;
            if (written > 0 && bytes > limit.bytes()) {
                break;
            }
            written++;
            if (writer.write(item) == PageWriter.Verdict.STOP) {
                break;
            }
        }
        return written;
    }

    private List<Outcome<Optional<MailKey>>> gets(String scope, List<MailKey> mails) {
        return requests.gets(mails.stream().map(MailKey::id).toList(), id -> {
            ScriptedAccount.Located at = account.find(id);
            return at == null || !at.scope().equals(scope) ? Optional.empty() : Optional.of(at.mail());
        });
    }

    private PageItem item(ScriptedFolder folder, String id, Outcome<Optional<MailKey>> outcome) {
        if (outcome instanceof Outcome.Success<Optional<MailKey>> success) {
            return success.value()
                    .map(mail -> item(folder, mail, PageItem.Change.CREATE))
                    .orElseGet(() -> new PageItem.Skipped(id, "GONE"));
        }
        SourceException error = ((Outcome.Failure<Optional<MailKey>>) outcome).error();
        if (error.kind() != SourceException.Kind.SKIP_MESSAGE) {
            throw error;
        }
        return new PageItem.Failed(FailureRef.message(folder.id(), id), error.kind(), error.code());
    }

    private PageItem item(ScriptedFolder folder, MailKey mail, PageItem.Change change) {
        FaultScript.OnMessage fault = source.faults().onMessage(mail.id());
        if (fault == null) {
            EmailMessage email = source.maker().message(folder, mail, account.revision(mail.id()));
            return new PageItem.Message(change, email);
        }
        return fault.kind() == null
                ? new PageItem.Skipped(mail.id(), fault.reason())
                : new PageItem.Failed(FailureRef.message(folder.id(), mail.id()), fault.kind(), fault.reason());
    }

    private PageEnd changes(
            MailQuery query, Partition partition, Position position, int page, PageLimit limit, PageWriter writer) {
        folder(partition.scope());
        long since = position.isStart()
                ? Positions.number(partition.token() == null ? "" : partition.token())
                : Positions.number(position.value());
        if (account.hasForgotten(since)) {
            String scope = partition.scope();
            return PageEnd.replaced(
                    List.of(Partition.pin(scope), Partition.window(scope, query.from(), query.to())), 0, 0);
        }
        long newest = account.lastChange();
        List<ScriptedAccount.Change> listed = requests.page(
                ScriptedSource.CHANGES,
                () -> strike(partition, page),
                () -> account.changesSince(partition.scope(), since, limit.messages() + 1));
        int written = 0;
        long bytes = 0;
        for (ScriptedAccount.Change change : listed.subList(0, Math.min(limit.messages(), listed.size()))) {
            PageItem item = change(query, change);
            bytes += item instanceof PageItem.Message message ? message.email().heapBytes() : 0;
            if (written > 0 && bytes > limit.bytes()) {
                break;
            }
            written++;
            if (writer.write(item) == PageWriter.Verdict.STOP) {
                break;
            }
        }
        int repeats = source.faults().repeats(account.key(), partition, page);
        return written < listed.size()
                ? PageEnd.more(
                        new Position(Long.toString(listed.get(written - 1).number())), written + repeats, repeats)
                : PageEnd.token(Long.toString(newest), written + repeats, repeats);
    }

    private PageItem change(MailQuery query, ScriptedAccount.Change change) {
        MailKey mail = change.mail();
        if (!query.coversChange(Instant.ofEpochSecond(mail.second()))) {
            return new PageItem.Skipped(mail.id(), "OUT_OF_RANGE");
        }
        ScriptedAccount.Located at = account.find(mail.id());
        if (at == null) {
            return new PageItem.Deleted(mail.id(), "c" + change.number());
        }
        if (at.scope().equals(change.scope())) {
            boolean added = change.kind() == ScriptedAccount.ChangeKind.ADDED;
            return item(folder(at.scope()), mail, added ? PageItem.Change.CREATE : PageItem.Change.UPDATE);
        }
        return account.scopesOf(query).contains(at.scope())
                ? new PageItem.Skipped(mail.id(), "MOVED")
                : new PageItem.Deleted(mail.id(), "c" + change.number());
    }

    private static PageItem change(PageItem item) {
        if (item instanceof PageItem.Message message) {
            return new PageItem.Message(PageItem.Change.UPDATE, message.email());
        }
        return item instanceof PageItem.Skipped skipped ? new PageItem.Deleted(skipped.messageId(), "replay") : item;
    }

    void replay(List<FailureRef> refs, PageWriter writer) {
        for (FailureRef ref : refs) {
            List<MailKey> mails = ref.messageId() == null
                    ? requests.call(
                            ScriptedSource.LIST,
                            () -> account.page(
                                    ref.metIn(),
                                    ScriptedAccount.fromSecond(ref.from()),
                                    ScriptedAccount.toSecond(ref.to()),
                                    null,
                                    Integer.MAX_VALUE))
                    : List.of(new MailKey(0, ref.messageId()));
            List<Outcome<Optional<MailKey>>> outcomes = gets(ref.metIn(), mails);
            for (int i = 0; i < mails.size(); i++) {
                PageItem item = item(folder(ref.metIn()), mails.get(i).id(), outcomes.get(i));
                writer.write(ref.isOfChange() ? change(item) : item);
            }
        }
    }
}
