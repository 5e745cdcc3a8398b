package dev.backfill.core.pipeline;

import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Position;

/** Where the pages of one partition come from. Used by one walk at a time. */
@FunctionalInterface
interface PageFetcher {
    PageEnd fetch(Position position, PageLimit limit, PageBuffer buffer);
}
