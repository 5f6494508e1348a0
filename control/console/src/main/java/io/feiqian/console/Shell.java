package io.feiqian.console;

import java.util.List;

/**
 * What every page shows around its content.
 *
 * @param texts the language
 * @param tabs the menu of this user
 * @param user the user's name; empty where nobody is signed in
 * @param role the user's role, in words
 * @param token what every form has to carry
 * @param theme {@code light}, {@code dark}, or empty for what the system prefers
 * @param notice what was just done; empty where nothing was
 * @param mayAct whether forms that act on transactions are shown
 * @param mayManage whether forms that manage users and alarm rules are shown
 */
public record Shell(
        Texts texts,
        List<Tab> tabs,
        String user,
        String role,
        String token,
        String theme,
        String notice,
        boolean mayAct,
        boolean mayManage) {
    /** Copies the list. */
    public Shell {
        tabs = List.copyOf(tabs);
    }

    /**
     * An entry of the menu.
     *
     * @param path where it leads
     * @param title what it says
     * @param here whether this is the page that is shown
     */
    public record Tab(String path, String title, boolean here) {}
}
