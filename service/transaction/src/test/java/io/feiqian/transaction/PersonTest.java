package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.transaction.Resolution.Person;
import org.junit.jupiter.api.Test;

/** Of which two names it can be said that they are two people. */
final class PersonTest {
    private static Person named(String name) {
        return new Person(name, "a test");
    }

    @Test
    void oneDirectoryTellsItsNamesApart() {
        assertThat(named("anna").isOfSameDirectory(named("berta"))).isTrue();
        assertThat(named("oidc:anna").isOfSameDirectory(named("OIDC:berta"))).isTrue();
        assertThat(named("anna").isOfSameDirectory(named("oidc:anna"))).isFalse();
        assertThat(named("oidc:berta").isOfSameDirectory(named("anna"))).isFalse();
        assertThat(named("oidc:anna").isOfSameDirectory(named("ldap:anna"))).isFalse();
        assertThat(named("oidc:Anna ").isSame(named(" oidc:anna"))).isTrue();
    }
}
