package dev.backfill.provider.microsoft;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Stands before a server and passes on what it answers, up to a number of bytes; then it is silent, and no connection ends. */
final class StoppingRelay implements AutoCloseable {
    private final ServerSocket entry;
    private final int port;
    private final Thread acceptor;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

    StoppingRelay(int port) throws IOException {
        this.port = port;
        this.entry = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        this.acceptor = start(this::accept);
    }

    int port() {
        return entry.getLocalPort();
    }

    /** {@return how many connections were made so far} */
    int connections() {
        return sockets.size() / 2;
    }

    /** Lets so many more bytes of answers pass. */
    void pass(long bytes) {
        left.set(bytes);
    }

    private static Thread start(Runnable what) {
        Thread thread = new Thread(what, "relay");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = entry.accept();
                Socket server = new Socket(entry.getInetAddress(), port);
                sockets.add(client);
                sockets.add(server);
                start(() -> copy(client, server, new AtomicLong(Long.MAX_VALUE)));
                start(() -> copy(server, client, left));
            }
        } catch (IOException closed) {
            // The relay was closed.
        }
    }

    private static void copy(Socket from, Socket to, AtomicLong left) {
        byte[] buffer = new byte[8_192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                int came = read;
                long before = left.getAndUpdate(bytes -> Math.max(0, bytes - came));
                int passed = (int) Math.min(came, before);
                out.write(buffer, 0, passed);
            }
            to.shutdownOutput();
        } catch (IOException closed) {
            // Either side, or the relay, was closed.
        }
    }

    /** A socket that is closed while a thread waits at it may take one more connection, until that thread has left. */
    @Override
    public void close() throws IOException {
        entry.close();
        try {
            acceptor.join();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
