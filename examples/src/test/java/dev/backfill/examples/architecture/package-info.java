/** The import rules of the architecture, checked on the built classes of every module. */
@NullMarked
package dev.backfill.examples.architecture;

import org.jspecify.annotations.NullMarked;
