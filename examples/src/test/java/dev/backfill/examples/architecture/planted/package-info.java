/** Classes that break the rules on purpose, so that the rules' own tests can see them caught. */
package dev.backfill.examples.architecture.planted;
