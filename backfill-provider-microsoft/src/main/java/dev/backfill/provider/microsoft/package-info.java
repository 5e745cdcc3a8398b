/** Email source over Microsoft Graph. */
@NullMarked
package dev.backfill.provider.microsoft;

import org.jspecify.annotations.NullMarked;
