package io.feiqian.chaos;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The database products that services of one's own keep their accounts in. */
enum Product {
    POSTGRESQL,
    MARIADB;

    /** The name on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The product of this name. */
    static Optional<Product> named(String name) {
        return Arrays.stream(values()).filter(each -> each.option().equals(name)).findFirst();
    }
}
