/** The email as the library sees it, whatever the provider: immutable records without behaviour. */
@NullMarked
package dev.backfill.model;

import org.jspecify.annotations.NullMarked;
