package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.Importance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Loads real mail for a fake mailbox: a folder of {@code .eml} files with its subfolders, one {@code .eml} file, or an mbox
 * file (mboxrd and mboxo). Stateless and thread-safe.
 *
 * <p>What a file cannot say is derived, the same in each run: the id is a hash of the file's place and bytes; the received
 * time is the date of the topmost Received header, else the Date header, else 2000-01-01 plus one second a message; the
 * thread comes from References, In-Reply-To and Message-ID; a file in a subfolder lies in the folder of that path, any other
 * in the inbox; the flags come from the Status, X-Status, Importance and X-Priority headers where there are any.
 */
public final class MailFiles {
    /** The received time of the first message that names none: {@code 2000-01-01T00:00:00Z}. */
    public static final Instant UNDATED = Instant.parse("2000-01-01T00:00:00Z");

    /** The largest file that is read, in bytes: {@value}. */
    public static final long MAX_FILE_BYTES = 1L << 30;

    private MailFiles() {}

    /**
     * Loads all mail of a file or folder into memory. Blocks while it reads.
     *
     * @param path a folder, an {@code .eml} file or an mbox file
     * @return the messages in the order of their paths (of an mbox: in its order), at least one
     * @throws MailFileException if the path does not exist, cannot be read, or holds no mail; its message is one line
     */
    public static List<StoredMail> load(Path path) throws MailFileException {
        requireNonNull(path, "path");
        if (!Files.exists(path)) {
            throw new MailFileException("no such file or folder: " + path);
        }
        List<Source> sources = Files.isDirectory(path) ? folder(path) : file(path);
        Set<String> ids = new HashSet<>();
        List<StoredMail> mails = new ArrayList<>(sources.size());
        for (int i = 0; i < sources.size(); i++) {
            mails.add(stored(sources.get(i), i, ids));
        }
        return MailThreads.assign(mails);
    }

    private static List<Source> folder(Path folder) throws MailFileException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(MailFiles::isEml).toList();
        } catch (IOException | UncheckedIOException e) {
            throw new MailFileException("cannot list the folder " + folder + ": " + reason(e), e);
        }
        if (files.isEmpty()) {
            throw new MailFileException("no .eml file in the folder " + folder);
        }
        List<Source> sources = new ArrayList<>(files.size());
        for (Path file : files) {
            sources.add(new Source(slashed(folder.relativize(file)), read(file)));
        }
        sources.sort((left, right) -> left.place.compareTo(right.place));
        return sources;
    }

    private static List<Source> file(Path file) throws MailFileException {
        MailBytes bytes = read(file);
        String name = slashed(requireNonNull(file.getFileName(), "file name"));
        if (Mbox.isMbox(bytes)) {
            List<MailBytes> messages = Mbox.split(bytes);
            List<Source> sources = new ArrayList<>(messages.size());
            for (int i = 0; i < messages.size(); i++) {
                sources.add(new Source(String.valueOf(i), messages.get(i)));
            }
            return sources;
        }
        if (bytes.isEmpty() || !isEml(file)) {
            throw new MailFileException("neither an mbox (it does not begin with 'From ') nor an .eml file: " + file);
        }
        return List.of(new Source(name, bytes));
    }

    private static boolean isEml(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".eml") && Files.isRegularFile(file);
    }

    private static MailBytes read(Path file) throws MailFileException {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new MailFileException("larger than 1 GiB: " + file);
            }
            return MailBytes.own(Files.readAllBytes(file));
        } catch (MailFileException e) {
            throw e;
        } catch (IOException e) {
            throw new MailFileException("cannot read the mail file " + file + ": " + reason(e), e);
        }
    }

    private static String reason(Exception e) {
        return e instanceof AccessDeniedException
                ? "permission denied"
                : e.getClass().getSimpleName();
    }

    private static String slashed(Path path) {
        List<String> names = new ArrayList<>();
        path.forEach(name -> names.add(name.toString()));
        return String.join("/", names);
    }

    private static StoredMail stored(Source source, int index, Set<String> ids) {
        ParsedMail mail = ParsedMail.parse(source.mime);
        String id = MailIds.fromContent(source.place, source.mime);
        for (int copy = 1; !ids.add(id); copy++) {
            id = MailIds.fromContent(source.place + "#" + copy, source.mime);
        }
        return StoredMail.builder(id, received(mail).orElse(UNDATED.plusSeconds(index)))
                .folder(folderOf(source.place))
                .read(mail.header("Status")
                        .map(status -> status.raw().contains("R"))
                        .orElse(true))
                .starred(mail.header("X-Status")
                        .map(status -> status.raw().contains("F"))
                        .orElse(false))
                .importance(importance(mail))
                .mime(source.mime)
                .build();
    }

    private static Optional<Instant> received(ParsedMail mail) {
        return mail.header("Received")
                .map(MailHeader::raw)
                .flatMap(trace -> MailDates.parse(trace.substring(trace.lastIndexOf(';') + 1)))
                .or(mail::date);
    }

    private static FolderPath folderOf(String place) {
        int slash = place.lastIndexOf('/');
        if (slash < 0) {
            return FolderPath.INBOX;
        }
        String[] names = place.substring(0, slash).split("/");
        for (FolderPath known : FolderPath.wellKnown()) {
            if (known.name().equalsIgnoreCase(names[0])) {
                names[0] = known.name();
            }
        }
        return FolderPath.of(names);
    }

    private static Importance importance(ParsedMail mail) {
        String importance =
                mail.header("Importance").map(MailHeader::raw).orElse("").toLowerCase(Locale.ROOT);
        String priority = mail.header("X-Priority").map(MailHeader::raw).orElse("");
        if (importance.equals("high") || importance.isEmpty() && priority.matches("[12]\\b.*")) {
            return Importance.HIGH;
        }
        return importance.equals("low") || importance.isEmpty() && priority.matches("[45]\\b.*")
                ? Importance.LOW
                : Importance.NORMAL;
    }

    /** A message and where it came from: its path below the folder, or its number in the mbox. */
    private static final class Source {
        private final String place;
        private final MailBytes mime;

        private Source(String place, MailBytes mime) {
            this.place = place;
            this.mime = mime;
        }
    }
}
