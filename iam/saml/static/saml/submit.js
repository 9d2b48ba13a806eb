// SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
// SPDX-License-Identifier: AGPL-3.0-or-later
// Sends the form by itself; whoever has no script presses the button that the page shows.
document.getElementById("saml")?.submit();
