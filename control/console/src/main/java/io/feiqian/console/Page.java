package io.feiqian.console;

import java.util.List;

/**
 * A page of the console: an entry of the menu, its addresses, a template and texts. To add one, add
 * it to {@link Console#pages}.
 */
interface Page {
    /** Where it is, such as {@code /transactions}. */
    String path();

    /** The key of its title. */
    String title();

    /** What a user needs to see it in the menu. */
    Permission needs();

    /** Adds its addresses. */
    void routes(Frame frame);

    /** The same for programs; none where there is nothing for them. */
    default List<Route> api() {
        return List.of();
    }
}
