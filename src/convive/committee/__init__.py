"""The committee: who may do what, its sessions and agreements, and the log of everything that was done.

Pure: people, accounts and the stored log are the web's; here stand the rules that they follow.
"""
