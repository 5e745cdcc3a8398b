package dev.backfill.examples.quickstart;

/** Entry point of the quickstart. */
public final class Quickstart {

    private Quickstart() {}

    /**
     * Runs the main job.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.out.println("quickstart: " + String.join(" ", args));
    }
}
