/** Tests of the quickstart as a person at the keyboard meets it. */
@NullMarked
package dev.backfill.examples.quickstart;

import org.jspecify.annotations.NullMarked;
