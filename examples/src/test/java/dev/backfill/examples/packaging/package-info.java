/** What a host may do with the jars: fat jars and the module path. Each test starts a JVM of its own. */
@NullMarked
package dev.backfill.examples.packaging;

import org.jspecify.annotations.NullMarked;
