package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A service is registered, and sees others, only under names that its identity allows. */
class AuthorizedRegistryTest {
    private static final NameRules RULES =
            NameRules.parse(
                    """
                    # who serves
                    payments register payments
                    payments subscribe account*

                    monitor  subscribe *   # sees all
                    """);

    private final Registry everything =
            new InMemoryRegistry(new ManualTimer(new SettableClock(Instant.EPOCH)));
    private final Registry payments = new AuthorizedRegistry(everything, "payments", RULES);

    @Requirement("P6.2.2.3-b")
    @Test
    void aServiceIsRegisteredOnlyUnderItsNames() {
        payments.register(instance("payments"), () -> true);

        assertThat(everything.instances("payments")).hasSize(1);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> payments.register(instance("accounts"), () -> true))
                .matches(refused -> refused.code() == OutcomeCode.NOT_PERMITTED)
                .withMessageContaining("payments may not register role accounts");
        assertThat(everything.instances("accounts")).isEmpty();
    }

    @Requirement({"P6.2.2.3-b", "P6.2.2.4-c"})
    @Test
    void aServiceSeesOnlyWhatItMayCall() {
        everything.register(instance("accounts"), () -> true);

        assertThat(payments.instances("accounts")).hasSize(1);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> payments.watchInstances("salaries", _ -> {}));
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> payments.subscribers("salaries"));
        Registry monitor = new AuthorizedRegistry(everything, "monitor", RULES);
        assertThat(monitor.instances("salaries")).isEmpty();
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> monitor.register(instance("payments"), () -> true));
    }

    @Test
    void aRuleThatIsNotUnderstoodIsRefusedAsAWhole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NameRules.parse("payments may register"))
                .withMessageContaining("expected: IDENTITY register|subscribe ROLE");
    }

    private static ServiceInstance instance(String role) {
        return new ServiceInstance(role, Optional.empty(), "a", "127.0.0.1", 7101, Map.of());
    }
}
