package dev.backfill.spi;

/**
 * The version of the plug-in contract, a whole number that grows when a plug-in built for the one before would not work any
 * more. A constant: thread-safe.
 */
public final class SpiVersion {
    /**
     * The present version: {@value}. A compile-time constant on purpose: it is copied into a plug-in's class file, so it tells
     * what the plug-in was compiled against.
     */
    public static final int CURRENT = 1;

    private SpiVersion() {}
}
