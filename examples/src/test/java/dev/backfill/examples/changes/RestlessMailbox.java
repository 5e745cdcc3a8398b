package dev.backfill.examples.changes;

import dev.backfill.model.FolderRole;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A mailbox whose mail comes, changes, moves and goes while it is read, by a seed, and which knows at each moment what is in it.
 * Thread-safe.
 */
final class RestlessMailbox implements AutoCloseable {
    private static final String OWNER = "owner@example.com";
    private static final List<FolderPath> FOLDERS = List.of(
            FolderPath.INBOX,
            FolderPath.SENT,
            FolderPath.ARCHIVE,
            FolderPath.of("Work"),
            FolderPath.of("Work", "North"),
            FolderPath.of("Work", "North", "Deep"),
            FolderPath.DELETED,
            FolderPath.JUNK);

    private static final List<FolderPath> MOVABLE =
            List.of(FolderPath.of("Work", "North"), FolderPath.of("Work", "North", "Deep"));

    private final Object lock = new Object();
    private final QuickClock clock;
    private final Random random;
    private final FakeGraph graph;
    private final Map<String, Kept> mails = new LinkedHashMap<>();
    private @Nullable FolderPath thrownAway;
    private boolean foldersMove;
    private int untilThen;
    private Runnable then = () -> {};
    private int numbers;
    private int budget;
    private double perRequest;

    /** A message as it is now. */
    private record Kept(StoredMail mail, FolderPath folder, List<String> labels) {}

    RestlessMailbox(long seed, QuickClock clock, int count) throws IOException {
        this.clock = clock;
        this.random = new Random(seed);
        List<StoredMail> first = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StoredMail mail =
                    mail(Instant.parse("2023-01-01T00:00:00Z").plusSeconds(random.nextInt(10_000_000)), any());
            first.add(mail);
            mails.put(mail.id(), new Kept(mail, mail.folder(), List.of()));
        }
        LongConsumer happening = number -> happen();
        this.graph = FakeGraph.builder()
                .mailbox(OWNER, first)
                .beforePage(happening)
                .beforeDelta(happening)
                .start();
    }

    /** {@return a message that lies in a folder} */
    String ordinary(FolderPath folder) {
        synchronized (lock) {
            return mails.values().stream()
                    .filter(kept -> kept.folder().equals(folder))
                    .map(kept -> kept.mail().id())
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Lets a message of a folder be gone. {@return the id that events had for it} */
    String purgeOne(FolderPath folder) {
        synchronized (lock) {
            String id = ordinary(folder);
            String told = there().messageId(mails.get(id).mail());
            there().purge(id);
            mails.remove(id);
            return told;
        }
    }

    private StoredMail mail(Instant received, FolderPath folder) {
        int number = ++numbers;
        return StoredMail.builder(HexFormat.of().toHexDigits((long) number), received)
                .folder(folder)
                .mime(MailBytes.utf8("From: a@example.com\r\nSubject: Number " + number + "\r\n\r\nText\r\n"))
                .build();
    }

    private FolderPath any() {
        List<FolderPath> here =
                FOLDERS.stream().filter(folder -> !isThrownAway(folder)).toList();
        return here.get(random.nextInt(here.size()));
    }

    private boolean isThrownAway(FolderPath folder) {
        return thrownAway != null && begins(folder.names(), thrownAway.names());
    }

    private static boolean begins(List<String> names, List<String> first) {
        return names.size() >= first.size() && names.subList(0, first.size()).equals(first);
    }

    /** Throws a folder away, with the folders inside: nothing happens to its messages. */
    void throwAway(FolderPath folder) {
        synchronized (lock) {
            clock.tick();
            there().moveFolder(folder, FolderPath.DELETED);
            relocate(folder.names(), inDeleted(folder).names());
            thrownAway = folder;
        }
    }

    /** Puts the folder that was thrown away where it was. */
    void bringBack() {
        synchronized (lock) {
            clock.tick();
            FolderPath folder = Objects.requireNonNull(thrownAway);
            List<String> parent = folder.names().subList(0, folder.names().size() - 1);
            there().moveFolder(inDeleted(folder), FolderPath.of(parent.toArray(String[]::new)));
            relocate(inDeleted(folder).names(), folder.names());
            thrownAway = null;
        }
    }

    private static FolderPath inDeleted(FolderPath folder) {
        return FolderPath.of("Deleted", folder.names().get(folder.names().size() - 1));
    }

    private void relocate(List<String> from, List<String> to) {
        mails.replaceAll((id, kept) -> {
            List<String> names = kept.folder().names();
            if (!begins(names, from)) {
                return kept;
            }
            List<String> moved = new ArrayList<>(to);
            moved.addAll(names.subList(from.size(), names.size()));
            return new Kept(kept.mail(), FolderPath.of(moved.toArray(String[]::new)), kept.labels());
        });
    }

    FakeGraph graph() {
        return graph;
    }

    GraphMailbox there() {
        return graph.mailbox(OWNER);
    }

    /**
     * Lets things happen while the mailbox is read.
     *
     * @param changes how many at the most
     * @param perPage how many before each page, on average
     */
    void restless(int changes, double perPage) {
        synchronized (lock) {
            budget = changes;
            perRequest = perPage;
        }
    }

    /** {@return how many of the changes did not happen} */
    int quiet() {
        synchronized (lock) {
            int left = budget;
            budget = 0;
            return left;
        }
    }

    /** Lets folders be thrown away and come back, too, when things happen. */
    void foldersMove() {
        synchronized (lock) {
            foldersMove = true;
        }
    }

    /** Lets things happen now. */
    void happen(int changes) {
        synchronized (lock) {
            for (int i = 0; i < changes; i++) {
                change();
            }
        }
    }

    /** Does something once, when so many more requests have come. */
    void afterRequests(int requests, Runnable what) {
        synchronized (lock) {
            untilThen = requests;
            then = what;
        }
    }

    private void happen() {
        synchronized (lock) {
            if (--untilThen == 0) {
                then.run();
            }
            double wanted = perRequest;
            while (budget > 0 && random.nextDouble() < wanted) {
                budget--;
                wanted--;
                change();
            }
        }
    }

    private void change() {
        if (foldersMove && random.nextInt(12) == 0) {
            if (thrownAway == null) {
                throwAway(MOVABLE.get(random.nextInt(MOVABLE.size())));
            } else {
                bringBack();
            }
            return;
        }
        Instant now = clock.tick();
        int kind = random.nextInt(10);
        if (kind < 3 || mails.isEmpty()) {
            come(now);
            return;
        }
        List<String> ids = new ArrayList<>(mails.keySet());
        String id = ids.get(random.nextInt(ids.size()));
        Kept kept = mails.getOrDefault(id, mails.values().iterator().next());
        switch (kind) {
            case 3, 4, 5 -> {
                List<String> labels = List.of("Label " + random.nextInt(1_000));
                there().change(kept.mail(), labels, now);
                mails.put(id, new Kept(kept.mail(), kept.folder(), labels));
            }
            case 6, 7, 8 -> {
                FolderPath to = random.nextInt(12) == 0 ? FolderPath.of("New " + numbers) : any();
                if (!to.equals(kept.folder())) {
                    there().move(id, to, now);
                    mails.put(id, new Kept(kept.mail(), to, kept.labels()));
                }
            }
            default -> {
                if (random.nextBoolean()) {
                    there().purge(id);
                } else {
                    there().delete(id, now);
                }
                mails.remove(id);
            }
        }
    }

    private void come(Instant now) {
        StoredMail mail = mail(now, random.nextInt(4) == 0 ? any() : FolderPath.INBOX);
        there().add(mail);
        mails.put(mail.id(), new Kept(mail, mail.folder(), List.of()));
    }

    /** {@return what a job of all ordinary folders should have told by now, each message as folder and labels} */
    Map<String, String> expected() {
        synchronized (lock) {
            Map<String, String> expected = new HashMap<>();
            mails.values().forEach(kept -> {
                FolderRole role = kept.folder().top().role();
                if (role != FolderRole.DELETED && role != FolderRole.JUNK) {
                    expected.put(there().messageId(kept.mail()), shown(kept.folder()) + " " + kept.labels());
                }
            });
            return expected;
        }
    }

    /** How Graph calls the folders that have other names here. */
    private static String shown(FolderPath folder) {
        return folder.equals(FolderPath.SENT) ? "Sent Items" : String.join("/", folder.names());
    }

    @Override
    public void close() {
        graph.close();
    }
}
