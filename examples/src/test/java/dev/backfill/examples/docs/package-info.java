/** What the documents say of the code, checked against it. */
@NullMarked
package dev.backfill.examples.docs;

import org.jspecify.annotations.NullMarked;
