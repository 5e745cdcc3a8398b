package dev.backfill.examples.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that a command line names, looked at before anything starts: no argument may make the quickstart write over what
 * another one names, and what is to be written must be writable. Creates and changes nothing. Not thread-safe.
 */
final class NamedFiles {
    /** What a store on disk writes beside its file: its lock, and SQLite's own. */
    private static final List<String> BESIDE_STORE = List.of("", ".lock", "-wal", "-shm", "-journal");

    /** As many as systems follow. */
    private static final int MAX_LINKS = 40;

    /**
     * A file and why it is named.
     *
     * @param option the argument
     * @param given the value, as people wrote it
     * @param place where the value leads, behind all links
     * @param written true if the quickstart writes there
     */
    private record Named(String option, Path given, Path place, boolean written) {
        @Override
        public String toString() {
            return option + " " + given;
        }
    }

    private final List<Named> files = new ArrayList<>();
    private @Nullable Named folder;

    private NamedFiles() {}

    /**
     * Refuses two arguments that name one file, a file of ours inside a folder of mail, and what cannot be written.
     *
     * @throws UserMistake names the arguments and their values
     */
    static void check(Options options) throws UserMistake {
        NamedFiles named = new NamedFiles();
        named.collect(options);
        named.requireApart();
        named.requireOutsideMail();
        for (Named file : named.files) {
            if (file.written && !file.option.equals("--store")) { // a store says so itself, in its own words
                requireWritable(file);
            }
        }
    }

    private void collect(Options options) throws UserMistake {
        add("--json", options.json(), true);
        add("--out", options.out(), true);
        Path store = options.storeFile();
        if (store != null) {
            for (String suffix : BESIDE_STORE) {
                files.add(new Named("--store", store, Path.of(place("--store", store) + suffix), true));
            }
        }
        add("--token-file", options.tokenFile(), false);
        Path mail = options.mail();
        if (mail != null && Files.isDirectory(mail)) {
            folder = new Named("--mail", mail, place("--mail", mail), false);
        } else {
            add("--mail", mail, false);
        }
    }

    private void add(String option, @Nullable Path file, boolean written) throws UserMistake {
        if (file != null) {
            files.add(new Named(option, file, place(option, file), written));
        }
    }

    private void requireApart() throws UserMistake {
        for (int i = 0; i < files.size(); i++) {
            for (Named other : files.subList(i + 1, files.size())) {
                Named one = files.get(i);
                if (!one.option.equals(other.option) && isSame(one.place, other.place)) {
                    throw UserMistake.argument(
                            one + " and " + other + " are the same file; name a file of its own for each");
                }
            }
        }
    }

    private void requireOutsideMail() throws UserMistake {
        if (folder == null) {
            return;
        }
        for (Named file : files) {
            for (Path up = file.place; up != null; up = up.getParent()) {
                if (isSame(up, folder.place)) {
                    throw UserMistake.argument(
                            file + " lies inside the folder " + folder + "; name a file outside of the mail");
                }
            }
        }
        List<Named> existing =
                files.stream().filter(file -> Files.exists(file.place)).toList();
        if (!existing.isEmpty()) {
            requireNoLinkInto(folder, existing);
        }
    }

    /** A file elsewhere can still be one of the mails: by a symbolic or a hard link in the folder. */
    private static void requireNoLinkInto(Named folder, List<Named> files) throws UserMistake {
        List<Path> mails;
        try (Stream<Path> walk = Files.walk(folder.place)) {
            mails = walk.filter(Files::isRegularFile).toList();
        } catch (IOException | UncheckedIOException cannotList) {
            return; // said by who reads the mail
        }
        for (Path mail : mails) {
            for (Named file : files) {
                if (isSame(mail, file.place)) {
                    throw UserMistake.argument(file + " is the same file as " + mail.getFileName() + " in the folder "
                            + folder + "; name another file");
                }
            }
        }
    }

    private static boolean isSame(Path one, Path other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isSameFile(one, other);
            }
        } catch (IOException notToBeSeen) {
            return false;
        }
        // Of files that are to be made, some file systems take these for one. To refuse two that are not costs nothing.
        return !Files.exists(one) && !Files.exists(other) && folded(one).equalsIgnoreCase(folded(other));
    }

    private static String folded(Path path) {
        return Normalizer.normalize(path.toString(), Normalizer.Form.NFC);
    }

    /** Where a path leads, also when its end is not there yet. */
    private static Path place(String option, Path path) throws UserMistake {
        try {
            return resolve(path.toAbsolutePath(), 0);
        } catch (IOException | SecurityException cannotFollow) {
            throw UserMistake.argument(option + ": cannot follow the links of " + path);
        }
    }

    private static Path resolve(Path path, int links) throws IOException {
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null) {
            return path;
        }
        if (Files.exists(path)) {
            return path.toRealPath();
        }
        if (Files.isSymbolicLink(path)) {
            if (links > MAX_LINKS) {
                throw new IOException("a circle of links");
            }
            return resolve(resolve(parent, links).resolve(Files.readSymbolicLink(path)), links + 1);
        }
        Path folder = resolve(parent, links);
        return switch (name.toString()) {
            case "." -> folder;
            case ".." -> folder.getParent() == null ? folder : folder.getParent();
            default -> folder.resolve(name);
        };
    }

    private static void requireWritable(Named file) throws UserMistake {
        Path place = file.place;
        Path folder = place.getParent();
        String reason = null;
        if (Files.isDirectory(place)) {
            reason = "it is a folder";
        } else if (Files.isRegularFile(place)) {
            reason = canBeOpened(place) ? null : "it may not be written";
        } else if (Files.exists(place)) {
            reason = Files.isWritable(place)
                    ? null
                    : "it may not be written"; // a device, a pipe: not to be opened twice
        } else if (folder == null || !Files.isDirectory(folder)) {
            reason = "there is no folder " + folder;
        } else if (!Files.isWritable(folder)) {
            reason = "its folder may not be written";
        } else if (!isPossibleName(place)) {
            reason = "no file can have this name";
        }
        if (reason != null) {
            throw UserMistake.argument(file.option + ": cannot write " + file.given + ": " + reason);
        }
    }

    private static boolean canBeOpened(Path file) {
        try {
            // Neither made nor cut off nor touched by this.
            Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
                    .close();
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static boolean isPossibleName(Path missing) {
        try {
            Files.readAttributes(missing, "size", LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException notThereYet) {
            return true;
        } catch (IOException tooLongOrForbidden) {
            return false;
        }
    }
}
