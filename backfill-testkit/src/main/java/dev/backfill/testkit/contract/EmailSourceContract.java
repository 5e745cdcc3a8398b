package dev.backfill.testkit.contract;

/**
 * All that an {@link dev.backfill.spi.EmailSource} and its mailboxes must do. A provider's author implements
 * {@link EmailSourceFixture} over a fake of the provider's server and runs what is inherited; {@link DiscoveryContract} goes
 * with it.
 *
 * <pre>{@code
 * class MySourceTest implements EmailSourceContract, DiscoveryContract<EmailSource> { ... }
 * }</pre>
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface EmailSourceContract
        extends SourceIdentityContract, SourceWalkContract, SourceQueryContract, SourceSingleMessagesContract {}
