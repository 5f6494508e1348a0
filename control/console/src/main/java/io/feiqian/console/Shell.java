package io.feiqian.console;

import java.util.List;
import java.util.Set;

/**
 * What every page shows around its content.
 *
 * @param texts the language
 * @param tabs the menu of this user
 * @param user the user's name; empty where nobody is signed in
 * @param role the user's role, in words
 * @param tenant the user's tenant; empty where that is of all cells
 * @param token what every form has to carry
 * @param theme {@code light}, {@code dark}, or empty for what the system prefers
 * @param notice what was just done; empty where nothing was
 * @param permissions what the user may: forms for anything else are not shown
 * @param leftOut whether parts of other tenants' cells were left out of the content
 */
public record Shell(
        Texts texts,
        List<Tab> tabs,
        String user,
        String role,
        String tenant,
        String token,
        String theme,
        String notice,
        Set<Permission> permissions,
        boolean leftOut) {
    /** Copies the lists. */
    public Shell {
        tabs = List.copyOf(tabs);
        permissions = Set.copyOf(permissions);
    }

    /** Whether forms that need this are shown. */
    public boolean may(Permission wanted) {
        return permissions.contains(wanted);
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
