package dev.backfill.core.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backfill.spi.EmailSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** A plug-in jar to be: sources that are compiled into a folder, and the service files beside them. */
final class PluginFolder {
    private final Path folder;
    private final Path sourceFolder;
    private final List<String> sources = new ArrayList<>();

    PluginFolder(Path folder) throws IOException {
        this.folder = folder;
        this.sourceFolder = Files.createDirectories(folder.resolve("src"));
    }

    /** Adds a class; the name says package and class. */
    PluginFolder source(String className, String code) throws IOException {
        Path file = sourceFolder.resolve(className.replace('.', '/') + ".java");
        Files.createDirectories(file.getParent());
        sources.add(Files.writeString(file, code, UTF_8).toString());
        return this;
    }

    /** Adds a mail provider that works. */
    PluginFolder healthy(String className, String id) throws IOException {
        return source(className, Code.of(className).id(id).toString());
    }

    /** Adds lines to the service file of a type. */
    PluginFolder service(Class<?> type, String... lines) throws IOException {
        Path file = folder.resolve("META-INF/services").resolve(type.getName());
        Files.createDirectories(file.getParent());
        Files.writeString(file, String.join("\n", lines) + "\n", UTF_8);
        return this;
    }

    PluginFolder compile() {
        StringWriter messages = new StringWriter();
        PrintWriter out = new PrintWriter(messages);
        List<String> arguments = new ArrayList<>(List.of(
                "-d", folder.toString(), "-classpath", place(EmailSource.class).toString(), "-proc:none"));
        arguments.addAll(sources);
        ToolProvider compiler = ToolProvider.findFirst("javac").orElseThrow();
        if (compiler.run(out, out, arguments.toArray(String[]::new)) != 0) {
            throw new IllegalStateException(messages.toString());
        }
        return this;
    }

    PluginFolder delete(String className) throws IOException {
        Files.delete(folder.resolve(className.replace('.', '/') + ".class"));
        return this;
    }

    URLClassLoader loader() throws IOException {
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, PluginFolder.class.getClassLoader());
    }

    /** Packs the folder; a jar is what the module path takes. */
    Path jar(Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.filter(path -> Files.isRegularFile(path) && !path.startsWith(sourceFolder))
                    .toList()) {
                out.putNextEntry(new JarEntry(folder.relativize(path).toString().replace('\\', '/')));
                Files.copy(path, out);
                out.closeEntry();
            }
        }
        return jar;
    }

    static Path place(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The text of a mail provider's class, with one thing or another wrong. */
    static final class Code {
        private final String className;
        private String modifiers = "public";
        private String heritage = "implements dev.backfill.spi.EmailSource";
        private String members = "";
        private String id = "\"healthy\"";
        private String version = "dev.backfill.spi.SpiVersion.CURRENT";

        private Code(String className) {
            this.className = className;
        }

        static Code of(String className) {
            return new Code(className);
        }

        Code modifiers(String value) {
            this.modifiers = value;
            return this;
        }

        Code heritage(String value) {
            this.heritage = value;
            return this;
        }

        Code members(String value) {
            this.members = value;
            return this;
        }

        Code id(String value) {
            return idExpression('"' + value + '"');
        }

        Code idExpression(String value) {
            this.id = value;
            return this;
        }

        Code version(String value) {
            this.version = value;
            return this;
        }

        @Override
        public String toString() {
            int dot = className.lastIndexOf('.');
            return "package " + className.substring(0, dot) + ";\n" + modifiers + " class "
                    + className.substring(dot + 1) + " " + heritage + " {\n" + members + """
                    public String providerId() { return %s; }
                    public int spiVersion() { return %s; }
                    public java.util.List<dev.backfill.spi.Quota> quotas(dev.backfill.spi.Settings settings) {
                        return java.util.List.of();
                    }
                    public dev.backfill.spi.Mailbox open(dev.backfill.spi.MailboxContext context) { return null; }
                    }
                    """.formatted(id, version);
        }
    }
}
